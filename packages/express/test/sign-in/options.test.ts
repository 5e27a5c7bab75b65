import { crossAppSignIn } from '../../src/index.js';
import { signInOptions } from './hi-events.js';

const SESSIONS = { redeem: jest.fn(), inspect: jest.fn() };

describe('crossAppSignIn refuses at once', () => {
  it.each<[problem: string, changes: object, words: string]>([
    ['no sessions', { sessions: undefined }, 'sessions has no redeem()'],
    ['sessions that cannot inspect', { sessions: { redeem: jest.fn() } }, 'sessions has no inspect()'],
    ['no target app', { targetApp: '' }, "targetApp must be this app's id"],
    ['a path as its landing', { landingUrl: '/auth/cross-app' }, 'landingUrl must be the URL'],
    ['a landing on http', { landingUrl: 'http://hi.events/auth' }, 'landingUrl must be the URL'],
    ['a landing with a query', { landingUrl: 'https://hi.events/auth?x=1' }, 'without a query'],
    ['no onSignIn', { onSignIn: undefined }, 'onSignIn must be a function'],
    [
      'a policy that is none',
      { someoneElse: 'ask' },
      'someoneElse must be one of keep, switch, confirm, reject',
    ],
    ['a misspelt option', { onSignin: jest.fn() }, 'has no option "onSignin"'],
    ['a return address elsewhere', { returnTo: { default: 'https://evil.example/' } }, 'returnTo.default'],
    ['a path among the origins', { returnTo: { origins: ['https://a.example/x'] } }, 'returnTo.origins'],
    ['a wildcard among the origins', { returnTo: { origins: ['https://*.example'] } }, 'returnTo.origins'],
    ['no source', { source: [] }, 'source must name at least one app'],
    ['a source without an origin', { source: { app: 'tuvens' } }, 'source.origin must be an origin'],
    ['a source on http', { source: { app: 'tuvens', origin: 'http://tuvens.com' } }, 'source.origin'],
    [
      'an /authorize on http',
      { source: { app: 'tuvens', origin: 'https://tuvens.com', authorizeUrl: 'http://tuvens.com/a' } },
      'source.authorizeUrl must be an https URL',
    ],
    [
      'two sources of one origin',
      {
        source: [
          { app: 'a', origin: 'https://tuvens.com' },
          { app: 'b', origin: 'https://tuvens.com' },
        ],
      },
      'two sources have the same origin',
    ],
    ['a misspelt text', { pages: { texts: { confirmHeding: 'x' } } }, 'confirmHeding'],
    ['a logger that is none', { logger: {} }, 'logger'],
  ])('%s', (_problem, changes, words) => {
    const options = { ...signInOptions(SESSIONS), ...changes };
    expect(() => crossAppSignIn(options as never)).toThrow(TypeError);
    expect(() => crossAppSignIn(options as never)).toThrow(words);
  });

  it('nothing of what the documentation shows', () => {
    expect(() => crossAppSignIn(signInOptions(SESSIONS))).not.toThrow();
  });
});

import {
  createMemoryRevocations,
  createRevocationSender,
  crossAppAuth,
  crossAppBackChannel,
  crossAppGuard,
  crossAppIssuer,
  crossAppSignIn,
} from '../src/index.js';
import { issuerOptions, SECRET } from './issuer-app.js';
import { signInOptions } from './sign-in/hi-events.js';

const PAGE = 'See https://github.com/cross-app/cross-app/blob/main/docs/configuration.md';
const unused = () => Promise.reject(new TypeError('nobody calls this'));
const sessions = { issue: unused, redeem: unused, inspect: unused, revoke: unused, revokeAll: unused };
const derived = { isRevoked: unused };
const auth = { sessions, targetApp: 'hi-events' };
const receiver = {
  issuers: ['https://tuvens.com'],
  targetApp: 'hi-events',
  secrets: [SECRET],
  revocations: { add: unused },
};
const sender = {
  issuer: 'https://tuvens.com',
  outbox: { claim: unused, confirm: unused },
  targets: { 'hi-events': { url: 'https://hi.events/out', secret: SECRET } },
};
const issuer = issuerOptions(sessions);
const signIn = signInOptions(sessions);

type Call = (options: never) => unknown;

/** What JavaScript may give: the compiler would refuse it. */
function complaint(call: Call, options: object): string {
  try {
    Reflect.apply(call, undefined, [options]);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  return 'none';
}

describe('what is wrong with an option', () => {
  it.each<[call: Call, options: object, rule: string, given: string]>([
    [
      crossAppAuth,
      { ...auth, targetApp: 'hi events' },
      "crossAppAuth: targetApp must be this app's",
      '"hi events"',
    ],
    [crossAppAuth, { ...auth, logger: {} }, 'crossAppAuth: logger must have info, warn and', 'an object'],
    [crossAppSignIn, { ...signIn, landingUrl: '/in' }, 'crossAppSignIn: landingUrl must be the URL', '"/in"'],
    [crossAppSignIn, { ...signIn, someoneElse: 'ask' }, 'someoneElse must be one of keep,', '"ask"'],
    [crossAppSignIn, { ...signIn, onSignIn: 1 }, 'crossAppSignIn: onSignIn must be a function', '1'],
    [
      crossAppSignIn,
      { ...signIn, returnTo: { origins: ['https://hi.events', 'https://x.example/y'] } },
      'returnTo.origins must be a list of origins',
      '"https://x.example/y"',
    ],
    [crossAppSignIn, { ...signIn, pages: { lang: '?' } }, 'must be a language tag', '"?"'],
    [crossAppIssuer, { ...issuer, appId: '' }, 'crossAppIssuer: appId must be', '""'],
    [crossAppIssuer, { ...issuer, apps: [] }, 'crossAppIssuer: apps must name a target app', 'a list of 0'],
    [crossAppIssuer, { ...issuer, authenticate: null }, 'crossAppIssuer: authenticate must be a', 'null'],
    [
      crossAppIssuer,
      { ...issuer, limits: { generatePerMinute: 0 } },
      'generatePerMinute must be a whole',
      '0',
    ],
    [crossAppIssuer, { ...issuer, apps: { a: { secrets: ['short'] } } }, 'must be', 'a text of 5 characters'],
    [crossAppIssuer, { ...issuer, audit: 'file' }, 'crossAppIssuer: audit must have a method', '"file"'],
    [crossAppGuard, { sessions: derived, maxStalenessSeconds: -1 }, 'must be a whole number from 0', '-1'],
    [crossAppBackChannel, { ...receiver, issuers: 'x' }, 'issuers must be a list of origins', '"x"'],
    [crossAppBackChannel, { ...receiver, secrets: ['short'] }, 'secrets must be a list of', 'a list of 1'],
    [createMemoryRevocations, { maxAgeSeconds: 1 }, 'maxAgeSeconds must be a whole number', '1'],
    [createRevocationSender, { ...sender, issuer: 'tuvens' }, 'issuer must be this app', '"tuvens"'],
    [createRevocationSender, { ...sender, pollSeconds: 0 }, 'pollSeconds must be a whole number', '0'],
  ])(
    'is said with what it must be, what it is, and where to read on (%#)',
    (...[call, options, rule, given]) => {
      const said = complaint(call, options);
      expect(said).toContain(rule);
      expect(said).toContain(`, not ${given}`);
      expect(said.endsWith(PAGE)).toBe(true);
    },
  );

  it.each<[call: Call, options: object, sentence: string]>([
    [crossAppAuth, { ...auth, target: 'x' }, 'crossAppAuth has no option "target"; it takes sessions,'],
    [
      crossAppAuth,
      { targetApp: 'x' },
      'crossAppAuth: sessions has no redeem(); give it createCrossAppSessions',
    ],
    [crossAppSignIn, { ...signIn, source: [] }, 'crossAppSignIn: source must name at least one app'],
    [
      crossAppIssuer,
      { ...issuer, apps: { a: { secrets: [SECRET] }, b: { secrets: [SECRET] } } },
      'must not have the same secret',
    ],
  ])('of several, or of what is missing, too (%#)', (call, options, sentence) => {
    const said = complaint(call, options);
    expect(said).toContain(sentence);
    expect(said).not.toContain(SECRET);
    expect(said.endsWith(PAGE)).toBe(true);
  });
});

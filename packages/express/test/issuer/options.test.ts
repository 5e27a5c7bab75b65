import { crossAppIssuer } from '../../src/index.js';
import type { CrossAppIssuerOptions } from '../../src/index.js';
import { issuerOptions, SECRET } from '../issuer-app.js';

const unused = () => Promise.reject(new TypeError('not called'));
const sessions = { issue: unused, redeem: unused, inspect: unused, revoke: unused, revokeAll: unused };
const valid = issuerOptions(sessions);
const secretsOf = (...secrets: unknown[]) => ({ ...valid, apps: { 'hi-events': { secrets } } });

describe('crossAppIssuer, given options that cannot work', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'takes an object with sessions, apps'],
    ['a key that nobody reads', { ...valid, canUseAcount: () => true }, 'no option "canUseAcount"'],
    ['no sessions', { ...valid, sessions: undefined }, 'createCrossAppSessions'],
    ...Object.keys(sessions).map((verb): [string, unknown, string] => [
      `sessions that cannot ${verb}`,
      { ...valid, sessions: { ...sessions, [verb]: undefined } },
      `sessions has no ${verb}()`,
    ]),
    ...['listAccounts', 'hasPermission', 'checkHealth'].map((hook): [string, unknown, string] => [
      `a ${hook} that is no function`,
      { ...valid, [hook]: true },
      `${hook} must be a function`,
    ]),
    ['no authenticate', { ...valid, authenticate: undefined }, 'authenticate must be a function'],
    [
      'a canUseAccount that is no function',
      { ...valid, canUseAccount: true },
      'canUseAccount must be a function',
    ],
    ['an onError that is no function', { ...valid, onError: 'log' }, 'onError must be a function'],
    ['an audit that is a function', { ...valid, audit: () => undefined }, 'audit must have a method record'],
    ['an audit that is null', { ...valid, audit: null }, 'audit must have a method record'],
    ['no apps', { ...valid, apps: undefined }, 'apps must name a target app'],
    ['null for apps', { ...valid, apps: null }, 'apps must name a target app'],
    ['empty apps', { ...valid, apps: {} }, 'apps must name a target app'],
    ['an app id with a blank', { ...valid, apps: { 'hi events': { secrets: [SECRET] } } }, '"hi events"'],
    [
      'an app id of 51 characters',
      { ...valid, apps: { ['x'.repeat(51)]: { secrets: [SECRET] } } },
      '1 to 50',
    ],
    [
      'secrets that are undefined',
      { ...valid, apps: { 'hi-events': { secrets: undefined } } },
      'secrets must be a list',
    ],
    ['an app that is null', { ...valid, apps: { 'hi-events': null } }, 'takes an object with secrets'],
    ['an app with an unknown key', { ...valid, apps: { a: { secret: SECRET } } }, 'no option "secret"'],
    ['an empty list of secrets', secretsOf(), 'at least one secret'],
    [
      'one secret instead of a list',
      { ...valid, apps: { a: { secrets: SECRET } } },
      'secrets must be a list',
    ],
    ['a missing secret', secretsOf(undefined), 'secrets[0] must be at least 32'],
    ['an empty secret', secretsOf(SECRET, ''), 'secrets[1] must be at least 32'],
    ['a secret of 31 characters', secretsOf('x'.repeat(31)), 'secrets[0] must be at least 32'],
    ['a secret that no header carries unchanged', secretsOf(`${SECRET} `), 'secrets[0] must be at least 32'],
    ['a secret beyond ASCII', secretsOf('ä'.repeat(32)), 'secrets[0] must be at least 32'],
    ['the same secret twice', secretsOf(SECRET, SECRET), 'must not have the same secret'],
    [
      'the same secret for two apps',
      { ...valid, apps: { a: { secrets: [SECRET] }, b: { secrets: [SECRET] } } },
      'apps "a" and "b" must not have the same secret',
    ],
    [
      'a default target that is no app',
      { ...valid, defaultTargetApp: 'nope' },
      'one of apps: hi-events, tickets',
    ],
  ])('refuses %s at once, and shows no secret', (_, options, message) => {
    const construct = () => crossAppIssuer(options as CrossAppIssuerOptions);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(message);
    expect(construct).not.toThrow(SECRET);
  });

  it.each([
    ['the defaults', valid],
    ['a secret of 32 characters', secretsOf('x'.repeat(32))],
    ['apps without the default target', { ...valid, apps: { tickets: { secrets: [SECRET] } } }],
    [
      'undefined for what is optional',
      {
        ...valid,
        defaultTargetApp: undefined,
        onError: undefined,
        listAccounts: undefined,
        hasPermission: undefined,
        checkHealth: undefined,
        audit: undefined,
      },
    ],
  ])('takes %s', (_, options) => {
    expect(crossAppIssuer(options as CrossAppIssuerOptions)).toBeInstanceOf(Function);
  });
});

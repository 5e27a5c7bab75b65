import { crossAppIssuer } from '../../../src/index.js';
import type { AuthorizeOptions, CrossAppIssuerOptions } from '../../../src/index.js';
import { authorizeOptions } from './authorize-app.js';

const unused = () => Promise.reject(new TypeError('not called'));
const sessions = { issue: unused, redeem: unused, inspect: unused, revoke: unused, revokeAll: unused };
const valid = authorizeOptions(sessions);
const construct = (changes: Record<string, unknown>) => () =>
  crossAppIssuer({
    ...valid,
    authorize: { ...valid.authorize, ...changes } as AuthorizeOptions,
  });

describe('the option authorize', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['no origin', { origin: undefined }, "authorize.origin must be this app's own origin"],
    ['an origin with a slash', { origin: 'https://tuvens.com/' }, 'authorize.origin must be'],
    ['an origin with a path', { origin: 'https://tuvens.com/api' }, 'authorize.origin must be'],
    ['an origin in plain http', { origin: 'http://tuvens.com' }, 'authorize.origin must be'],
    ['an origin with a wildcard', { origin: 'https://*.tuvens.com' }, 'authorize.origin must be'],
    ['no currentUser', { currentUser: undefined }, 'authorize.currentUser must be a function'],
    ['no showSignIn', { showSignIn: undefined }, 'authorize.showSignIn must be a function'],
    ['a URL for showSignIn', { showSignIn: '/login' }, 'authorize.showSignIn must be a function'],
    ['permissions that are no function', { permissions: [] }, 'authorize.permissions must be a function'],
    ['a payload that is no function', { payload: { a: 1 } }, 'authorize.payload must be a function'],
    ['a life of 0', { ttlSeconds: 0 }, 'authorize.ttlSeconds must be a whole number of seconds, 1 to 900'],
    ['a life of 901', { ttlSeconds: 901 }, 'authorize.ttlSeconds must be'],
    ['a life of half a second', { ttlSeconds: 0.5 }, 'authorize.ttlSeconds must be'],
    ['a life in text', { ttlSeconds: '60' }, 'authorize.ttlSeconds must be'],
    ['pages with a key that nobody reads', { pages: { text: {} } }, 'no option "text"'],
    ['an app name that is empty', { appNames: { 'hi-events': '' } }, 'authorize.appNames must be names'],
    ['an app name that is no text', { appNames: { 'hi-events': 1 } }, 'authorize.appNames must be names'],
    ['null for appNames', { appNames: null }, 'authorize.appNames must be names'],
    ['a list for appNames', { appNames: ['Hi.Events', 1] }, 'authorize.appNames must be names'],
    ['a key that nobody reads', { ttl: 60 }, 'no option "ttl"'],
  ])('refuses %s at once', (_, changes, message) => {
    expect(construct(changes)).toThrow(TypeError);
    expect(construct(changes)).toThrow(message);
  });

  it.each([[null], [true], ['https://tuvens.com']])('refuses %p at once', (authorize) => {
    const options = { ...valid, authorize } as unknown as CrossAppIssuerOptions;
    expect(() => crossAppIssuer(options)).toThrow('crossAppIssuer: authorize takes an object with origin');
  });

  it.each<[string, Record<string, unknown>]>([
    ['an origin on loopback', { origin: 'http://localhost:3000' }],
    ['a life of 1 and of 900', { ttlSeconds: 900 }],
    ['a life of 1', { ttlSeconds: 1 }],
    [
      'undefined for what is optional',
      { payload: undefined, ttlSeconds: undefined, pages: undefined, appNames: undefined },
    ],
  ])('takes %s', (_, changes) => {
    expect(construct(changes)()).toBeInstanceOf(Function);
  });

  it('may be undefined', () => {
    const options = { ...valid, authorize: undefined } as unknown as CrossAppIssuerOptions;
    expect(crossAppIssuer(options)).toBeInstanceOf(Function);
  });
});

import { createCrossAppClient } from '../src/index.js';
import { secret } from './handoff.js';

const valid = { baseUrl: 'https://tuvens.com/api/cross-app', appId: 'hi-events', secret };

/** What the constructor throws for options as JavaScript may give them. */
function complaint(options: Record<string, unknown>): string {
  try {
    Reflect.apply(createCrossAppClient, undefined, [options]);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return String(error);
  }
  return 'none';
}

describe('createCrossAppClient', () => {
  it.each<[what: string, options: Record<string, unknown>]>([
    ['the three options of a target app', valid],
    ['plain http on loopback', { ...valid, baseUrl: 'http://localhost:3000/api/cross-app' }],
    ['a slash at the end', { ...valid, baseUrl: 'https://tuvens.com/api/cross-app/' }],
    ['a mount at the root', { ...valid, baseUrl: 'https://tuvens.com' }],
    ['a secret of 32 characters', { ...valid, secret: 'x'.repeat(32) }],
    ['a secret of 1,024 characters', { ...valid, secret: 'x'.repeat(1024) }],
    ['a secret of words', { ...valid, secret: 'correct horse battery staple and more' }],
    ['no secret, but an access token', { ...valid, secret: 'x'.repeat(32), accessToken: () => 'x' }],
    ['the limits below', { ...valid, timeoutMs: 1, tryTimeoutMs: 1, retries: 0 }],
    ['the limits above', { ...valid, timeoutMs: 600_000, tryTimeoutMs: 600_000, retries: 10 }],
    ['undefined for a default', { ...valid, timeoutMs: undefined, retries: undefined, fetch: undefined }],
    ['trace headers', { ...valid, traceHeaders: () => ({}) }],
    ['undefined for no trace headers', { ...valid, traceHeaders: undefined }],
    ['a fetch', { ...valid, fetch: () => Promise.reject(new Error('x')) }],
  ])('takes %s', (_what, options) => {
    expect(complaint(options)).toBe('none');
  });

  it('takes an access token alone, for an app that only issues', () => {
    const { baseUrl, appId } = valid;
    expect(complaint({ baseUrl, appId, accessToken: () => 'x' })).toBe('none');
  });

  it.each<[says: string, what: string, options: Record<string, unknown>]>([
    ['baseUrl', 'none', { ...valid, baseUrl: undefined }],
    ['baseUrl', 'plain http', { ...valid, baseUrl: 'http://tuvens.com/api/cross-app' }],
    ['baseUrl', 'credentials', { ...valid, baseUrl: 'https://user:hunter2@tuvens.com/' }],
    ['baseUrl', 'a query', { ...valid, baseUrl: 'https://tuvens.com/?a=1' }],
    ['baseUrl', 'an empty query', { ...valid, baseUrl: 'https://tuvens.com/?' }],
    ['baseUrl', 'a fragment', { ...valid, baseUrl: 'https://tuvens.com/#x' }],
    ['baseUrl', 'a path only', { ...valid, baseUrl: '/api/cross-app' }],
    ['baseUrl', 'an array', { ...valid, baseUrl: [valid.baseUrl] }],
    ['appId', 'none', { ...valid, appId: undefined }],
    ['appId', 'nothing', { ...valid, appId: '' }],
    ['appId', '51 characters', { ...valid, appId: 'x'.repeat(51) }],
    ['appId', 'a blank', { ...valid, appId: 'hi events' }],
    ['secret', 'a variable that is not set', { ...valid, secret: undefined }],
    ['secret', 'nothing', { ...valid, secret: '' }],
    ['secret', '31 characters', { ...valid, secret: 'x'.repeat(31) }],
    ['secret', '1,025 characters', { ...valid, secret: 'x'.repeat(1025) }],
    ['secret', 'a line break, which no header can hold', { ...valid, secret: `${secret}\n` }],
    ['secret', 'a blank at its end, which fetch would cut off', { ...valid, secret: `${secret} ` }],
    ['secret', 'a blank at its start', { ...valid, secret: ` ${secret}` }],
    ['secret', 'accents', { ...valid, secret: `${secret}é` }],
    ['secret', 'an array', { ...valid, secret: [secret] }],
    ['secret', 'undefined besides an access token', { ...valid, secret: undefined, accessToken: () => 'x' }],
    ['accessToken', 'a string', { ...valid, accessToken: 'x' }],
    ['accessToken', 'undefined', { ...valid, accessToken: undefined }],
    ['timeoutMs', '0', { ...valid, timeoutMs: 0 }],
    ['timeoutMs', '600,001', { ...valid, timeoutMs: 600_001 }],
    ['timeoutMs', 'a fraction', { ...valid, timeoutMs: 1.5 }],
    ['timeoutMs', 'text', { ...valid, timeoutMs: '1000' }],
    ['timeoutMs', 'no end', { ...valid, timeoutMs: Infinity }],
    ['tryTimeoutMs', '0', { ...valid, tryTimeoutMs: 0 }],
    ['tryTimeoutMs', 'null', { ...valid, tryTimeoutMs: null }],
    ['retries', '-1', { ...valid, retries: -1 }],
    ['retries', '11', { ...valid, retries: 11 }],
    ['retries', 'no number', { ...valid, retries: Number.NaN }],
    ['fetch', 'no function', { ...valid, fetch: {} }],
    ['traceHeaders', 'headers', { ...valid, traceHeaders: { traceparent: secret } }],
    ['"timeout"', 'an unknown name', { ...valid, timeout: 1000 }],
    ['"baseURL"', 'another spelling', { ...valid, baseURL: valid.baseUrl }],
    ['"toString"', 'a name that every object has', { ...valid, toString: 1 }],
    ['secret', 'no proof at all', { baseUrl: valid.baseUrl, appId: valid.appId }],
    ['TypeError', 'nothing at all', {}],
  ])('complains about %s: %s', (says, _what, options) => {
    const said = complaint(options);
    expect(said).toContain(says);
    expect(said).not.toContain(secret);
    expect(said).not.toContain('hunter2');
  });

  it('says which options there are', () => {
    expect(complaint({ ...valid, timeout: 1 })).toContain(
      'there are baseUrl, appId, secret, accessToken, timeoutMs, tryTimeoutMs, retries, fetch, traceHeaders',
    );
  });

  it('does not look at the options again', () => {
    const options = { ...valid };
    createCrossAppClient(Object.freeze(options));
    expect(options).toEqual(valid);
  });
});

describe('in a browser', () => {
  const names = ['window', 'document'];

  beforeEach(() => {
    for (const name of names) Reflect.set(globalThis, name, {});
  });

  afterEach(() => {
    for (const name of names) Reflect.deleteProperty(globalThis, name);
  });

  it('refuses a secret, and says where it belongs', () => {
    expect(complaint(valid)).toContain('call the issuer from your backend');
  });

  it('takes an access token', () => {
    const { baseUrl, appId } = valid;
    expect(complaint({ baseUrl, appId, accessToken: () => 'x' })).toBe('none');
  });
});

import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { makeToken } from '@cross-app/protocol';
import { redactorOf, redactText } from '../../src/logging/redact.js';
import { redactedError } from '../../src/logging/redacted-error.js';
import type { CrossAppRequest } from '../../src/request.js';

const SECRET = 'canary-secret "0123456789\\abcdef%';
const TOKEN = makeToken({ randomBytes: new Uint8Array(32).fill(171), expiresAtSeconds: 2_000_000_000 });

interface Parts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly body?: unknown;
}

function requestOf({ headers = {}, url = '/', body }: Parts): CrossAppRequest {
  const req = new IncomingMessage(new Socket());
  Object.assign(req.headers, headers);
  return Object.assign(req, { url, body }) as unknown as CrossAppRequest;
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('redactText', () => {
  it.each([
    ['a token', `got ${TOKEN}.`, 'got handoff_[redacted].'],
    ['the beginning of a token', `got ${TOKEN.slice(0, 20)}`, 'got handoff_[redacted]'],
    ['a bearer token', 'authorization: Bearer abc.def-ghi=', 'authorization: Bearer [redacted]'],
    ['the credentials of HTTP Basic', basic('tickets:hunter2hunter2'), 'Basic [redacted]'],
    ['the password in a URL', 'connect postgres://me:hunter2@db/x', 'connect postgres://me:[redacted]@db/x'],
    ['line breaks and colours', 'a\nb\u001b[31mc\u0085', 'a\\u000ab\\u001b[31mc\\u0085'],
  ])('hides %s', (_what, text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  it('leaves other text as it is', () => {
    const text = 'relation "users" does not exist, see https://example.com:443/a@b (basic auth, bearer x)';
    expect(redactText(text)).toBe(text);
  });

  it('reads no more than 8,000 characters', () => {
    expect(redactText('x '.repeat(10_000))).toHaveLength(8_000);
  });
});

describe('redactorOf', () => {
  it.each<[where: string, parts: Parts]>([
    ['a header nobody has heard of', { headers: { 'x-api-key': SECRET } }],
    ['x-shared-secret', { headers: { 'x-shared-secret': SECRET } }],
    ['Authorization', { headers: { authorization: `Token ${SECRET}` } }],
    ['HTTP Basic', { headers: { authorization: basic(`hi-events:${SECRET}`) } }],
    ['a cookie', { headers: { cookie: `a=b; sid=${SECRET}; c=d` } }],
    ['a cookie that is encoded', { headers: { cookie: `sid=${encodeURIComponent(SECRET)}` } }],
    ['the query', { url: `/user-accounts?session_token=${encodeURIComponent(SECRET)}` }],
    ['a field of the body', { body: { code_verifier: SECRET } }],
    ['a body of text', { body: SECRET }],
  ])('hides what is in %s, and every piece of it', (_where, parts) => {
    const redact = redactorOf(requestOf(parts));
    expect(redact(`wrong: <${SECRET}>!`)).toBe('wrong: <[redacted]>!');
    expect(redact(JSON.stringify({ a: SECRET }))).toBe('{"a":"[redacted]"}');
    expect(redact(encodeURIComponent(SECRET))).toBe('[redacted]');
    for (let at = 0; at + 8 <= SECRET.length; at++) {
      expect(redact(`<${SECRET.slice(at, at + 8)}>`)).toBe('<[redacted]>');
    }
  });

  it('hides the base64 of HTTP Basic too', () => {
    const authorization = basic(`hi-events:${SECRET}`);
    const redact = redactorOf(requestOf({ headers: { authorization } }));
    expect(redact(`got ${authorization.slice('Basic '.length)}`)).toBe('got [redacted]');
  });

  it('hides two secrets that touch', () => {
    const redact = redactorOf(requestOf({ body: { a: 'first-secret', b: 'other-canary' } }));
    expect(redact('<first-secretother-canary>')).toBe('<[redacted]>');
  });

  it('still tells that there was a token, of this request and of another', () => {
    const other = makeToken({ randomBytes: new Uint8Array(32).fill(7), expiresAtSeconds: 2_000_000_000 });
    const redact = redactorOf(requestOf({ body: { session_token: TOKEN } }));
    expect(redact(`${TOKEN} ${other}`)).toBe('handoff_[redacted] handoff_[redacted]');
  });

  it('leaves the fields and headers that hold no secret readable', () => {
    const headers = {
      host: 'tuvens.com:3000',
      'user-agent': 'curl/8.11.1',
      'content-type': 'application/json',
    };
    const body = { permission: 'events:create', account_id: '1234567890' };
    const text = 'tuvens.com:3000 curl/8.11.1 application/json events:create 1234567890';
    expect(redactorOf(requestOf({ headers, body }))(text)).toBe(text);
  });
});

describe('redactedError', () => {
  const redact = redactorOf(requestOf({ headers: { 'x-shared-secret': SECRET } }));

  it('keeps name, message, calls, code and causes, and nothing else', () => {
    const cause = Object.assign(new RangeError('deep'), { code: 'ECONNREFUSED' });
    const error = Object.assign(new TypeError('shallow', { cause }), {
      config: { headers: SECRET },
      code: SECRET,
    });
    const shown = redactedError(error, redact);
    expect(Object.keys(shown)).toEqual([]);
    expect(shown).toMatchObject({ name: 'TypeError', message: 'shallow' });
    expect(shown.stack).toMatch(/^TypeError: shallow\n +at .*redact\.test\.ts/);
    expect(shown.cause).toMatchObject({ name: 'RangeError', message: 'deep', code: 'ECONNREFUSED' });
  });

  it('hides a secret in message, name and stack, and writes no lines of its own', () => {
    const error = new Error(`got ${SECRET}\n{"level":30}`);
    error.name = SECRET;
    error.stack = `Error\n    at ${SECRET} (file:1:2)\nalso ${SECRET}`;
    expect(redactedError(error, redact).stack).toBe(
      '[redacted]: got [redacted]\\u000a{"level":30}\n    at [redacted] (file:1:2)',
    );
  });

  it.each<[what: string, thrown: unknown, message: string]>([
    ['a text', `no ${SECRET}`, 'a text was thrown: no [redacted]'],
    ['an object', { SECRET }, 'what was thrown is no error but of the type object'],
    ['nothing', undefined, 'what was thrown is no error but of the type undefined'],
    ['null', null, 'what was thrown is no error but of the type null'],
    [
      'an error that throws when it is read',
      Object.defineProperty(new Error('x'), 'cause', {
        get: () => {
          throw new Error(SECRET);
        },
      }),
      'what was thrown cannot be read',
    ],
    [
      'an error without a text',
      Object.assign(new Error('x'), { message: {} }),
      'what was thrown cannot be read',
    ],
  ])('makes an error of %s', (_what, thrown, message) => {
    expect(redactedError(thrown, redact)).toMatchObject({ name: 'TypeError', message });
  });

  it('ends where causes go round in a circle', () => {
    const error = new Error('x');
    error.cause = error;
    expect(redactedError(error, redact).message).toBe('x');
  });
});

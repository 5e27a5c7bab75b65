import * as vm from 'node:vm';
import { inspect } from 'node:util';
import { CrossAppError, ERRORS, isCrossAppError } from '../src/index.js';
import type { CrossAppErrorCode } from '../src/index.js';

const codes = Object.keys(ERRORS) as CrossAppErrorCode[];
const refusals: CrossAppErrorCode[] = [
  'token_unknown',
  'token_expired',
  'token_used',
  'token_revoked',
  'target_mismatch',
  'verifier_mismatch',
];

/** Everything of an error that a host may show to whoever asked. */
function outside(error: CrossAppError): unknown {
  const { status, headers, expose, message, publicCode } = error;
  return { status, headers, expose, message, publicCode, json: JSON.stringify(error), text: String(error) };
}

describe('the error table', () => {
  it('keeps to the statuses that other processes rely on', () => {
    expect(Object.fromEntries(codes.map((code) => [code, ERRORS[code].status]))).toEqual({
      token_missing: 400,
      origin_forbidden: 403,
      cookie_missing: 400,
      state_mismatch: 400,
      issuer_mismatch: 400,
      person_mismatch: 409,
      token_malformed: 400,
      token_unknown: 401,
      token_expired: 401,
      token_used: 401,
      token_revoked: 401,
      target_mismatch: 401,
      verifier_mismatch: 401,
      invalid_token: 401,
      client_unauthenticated: 401,
      user_unauthenticated: 401,
      account_forbidden: 403,
      invalid_argument: 400,
      method_not_allowed: 405,
      unsupported_media_type: 415,
      payload_too_large: 413,
      rate_limited: 429,
      store_unavailable: 503,
    });
  });

  it('hides exactly the six reasons of a refusal', () => {
    expect(codes.filter((code) => ERRORS[code].publicCode !== code)).toEqual(refusals);
    expect(new Set(refusals.map((code) => ERRORS[code].publicCode))).toEqual(new Set(['invalid_token']));
  });

  it('shows no code in a message, and messages that are sentences', () => {
    for (const { message } of Object.values(ERRORS)) {
      expect(message).not.toMatch(/_/);
      expect(message).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('names the scheme with every 401, the method with 405, and the time with 429 and 503', () => {
    const headerOf: Record<number, string> = {
      401: 'WWW-Authenticate',
      405: 'Allow',
      429: 'Retry-After',
      503: 'Retry-After',
    };
    const needed = Object.values(ERRORS).filter(({ status }) => status in headerOf);
    expect(needed.length).toBeGreaterThan(8);
    for (const { status, headers } of needed) {
      expect(Object.keys(headers ?? {})).toContain(headerOf[status]);
    }
  });
});

describe('CrossAppError', () => {
  it.each(refusals)('looks the same outside for %s as for invalid_token', (code) => {
    const error = new CrossAppError(code, { cause: new Error(`the row says ${code}`) });
    expect(outside(error)).toEqual(outside(new CrossAppError('invalid_token')));
    expect(error.stack).toBe(new CrossAppError('invalid_token').stack);
    expect(error.code).toBe(code);
  });

  it.each(codes)('takes status, message and headers of %s from the table', (code) => {
    const error = new CrossAppError(code);
    const { status } = ERRORS[code];
    expect(error).toMatchObject({ name: 'CrossAppError', code, status, statusCode: status, expose: true });
    expect(error.message).toBe(ERRORS[code].message);
    expect(error.headers).toEqual({ 'Cache-Control': 'no-store', ...ERRORS[code].headers });
    expect(error.toJSON()).toEqual({
      code: ERRORS[code].publicCode,
      message: ERRORS[code].message,
      status: ERRORS[code].status,
    });
  });

  it('keeps the cause for logs and out of JSON', () => {
    const cause = new Error('row 4711');
    const error = new CrossAppError('token_used', { cause });
    expect(error.cause).toBe(cause);
    expect(inspect(error)).toContain('row 4711');
    expect(JSON.stringify({ error })).not.toContain('4711');
  });

  it('has no cause where none was given, and one where it was undefined', () => {
    expect('cause' in new CrossAppError('token_used')).toBe(false);
    expect('cause' in new CrossAppError('token_used', { cause: undefined })).toBe(true);
  });

  it('has a stack of one line, which says what may be shown and where nothing came from', () => {
    const { stack } = new CrossAppError('token_used', { cause: new Error('row 4711') });
    expect(stack).toBe(`CrossAppError: ${ERRORS.token_used.message}`);
  });

  it('says how long to wait, in place of the time of the table', () => {
    expect(new CrossAppError('rate_limited').headers['Retry-After']).toBe('60');
    expect(new CrossAppError('rate_limited', { retryAfterSeconds: 7 }).headers['Retry-After']).toBe('7');
    expect(new CrossAppError('rate_limited', { retryAfterSeconds: 0 }).headers['Retry-After']).toBe('0');
  });

  it('says which method is answered, POST unless told otherwise', () => {
    expect(new CrossAppError('method_not_allowed').headers['Allow']).toBe('POST');
    expect(new CrossAppError('method_not_allowed', { allow: 'GET' }).headers['Allow']).toBe('GET');
  });

  it('lets no engine walk the stack for it, and leaves the stacks of others alone', () => {
    const { stackTraceLimit } = Error;
    const limits: number[] = [];
    const options = Object.defineProperty({}, 'cause', {
      get: () => {
        limits.push(Error.stackTraceLimit);
        return undefined;
      },
    });
    new CrossAppError('token_malformed', options);
    expect(limits).toContain(0);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(new Error('theirs').stack).toMatch(/\n +at /);
  });

  it('is made where nobody may set how much of a stack is kept', () => {
    const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    Object.defineProperty(Error, 'stackTraceLimit', { ...limit, writable: false });
    const error = new CrossAppError('token_malformed');
    Object.defineProperty(Error, 'stackTraceLimit', { ...limit, writable: true });
    expect(error.code).toBe('token_malformed');
  });

  it('takes a message of its own, outside and in the stack', () => {
    const error = new CrossAppError('invalid_argument', { message: 'ttlSeconds must be 1 to 900.' });
    expect(error.toJSON()).toEqual({
      code: 'invalid_argument',
      message: 'ttlSeconds must be 1 to 900.',
      status: 400,
    });
    expect(error.stack).toBe('CrossAppError: ttlSeconds must be 1 to 900.');
  });

  it('does not lend the table to whoever holds an error', () => {
    const before = JSON.stringify(ERRORS);
    Object.assign(new CrossAppError('token_used').headers, { 'Set-Cookie': 'a=b' });
    expect(JSON.stringify(ERRORS)).toBe(before);
    expect(new CrossAppError('token_used').headers).not.toHaveProperty('Set-Cookie');
  });
});

describe('isCrossAppError', () => {
  it('knows its own errors, by code too', () => {
    const error = new CrossAppError('token_used');
    expect(isCrossAppError(error)).toBe(true);
    expect(isCrossAppError(error, 'token_used')).toBe(true);
    expect(isCrossAppError(error, 'token_expired')).toBe(false);
    expect(isCrossAppError(error, 'invalid_token')).toBe(false);
  });

  it('knows the errors of another copy of the package', async () => {
    jest.resetModules();
    const copy = await import('../src/errors.js');
    const error = new copy.CrossAppError('token_used');
    expect(error).not.toBeInstanceOf(CrossAppError);
    expect(isCrossAppError(error, 'token_used')).toBe(true);
    expect(copy.isCrossAppError(new CrossAppError('token_used'), 'token_used')).toBe(true);
  });

  it('knows the errors of another realm', () => {
    const foreign: unknown = vm.runInNewContext(
      `Object.assign(new Error('x'), { name: 'CrossAppError', code: 'token_used' })`,
    );
    expect(foreign).not.toBeInstanceOf(Error);
    expect(isCrossAppError(foreign, 'token_used')).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['its name', 'CrossAppError'],
    ['another error', new Error('CrossAppError')],
    ['an error of the system with a code', Object.assign(new Error('x'), { code: 'ECONNRESET' })],
    ['another error with one of the codes', Object.assign(new Error('x'), { code: 'token_used' })],
    ['its name without a code', { name: 'CrossAppError' }],
    ['its name with an unknown code', { name: 'CrossAppError', code: 'nonsense' }],
    ['its name with a code that every object has', { name: 'CrossAppError', code: 'toString' }],
  ])('is not misled by %s', (_name, value) => {
    expect(isCrossAppError(value)).toBe(false);
    expect(isCrossAppError(value, 'token_used')).toBe(false);
  });
});

import { CrossAppError, ERRORS } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { failure } from '../src/reply.js';

const codes = Object.keys(ERRORS) as CrossAppErrorCode[];
const refusals = codes.filter((code) => ERRORS[code].publicCode === 'invalid_token');

describe('failure', () => {
  it.each(codes.filter((code) => !refusals.includes(code)))('says %s in the words of the wire', (code) => {
    const { status, headers, json } = failure(new CrossAppError(code), '/api/x');
    expect(status).toBe(ERRORS[code].status);
    expect(headers).toEqual({ 'Cache-Control': 'no-store', ...ERRORS[code].headers });
    expect(JSON.parse(json)).toEqual({
      statusCode: status,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      path: '/api/x',
      message: ERRORS[code].message,
      origin: { message: ERRORS[code].message, code },
    });
  });

  it.each(refusals)('says %s as every refusal, even if its message tells more', (code) => {
    const { status, headers, json } = failure(new CrossAppError(code, { message: 'used at noon' }), '/api/x');
    expect(status).toBe(404);
    expect(headers).toEqual({ 'Cache-Control': 'no-store' });
    expect(JSON.parse(json)).toMatchObject({
      valid: false,
      statusCode: 404,
      message: ERRORS.invalid_token.message,
      origin: { message: ERRORS.invalid_token.message, code: 'invalid_token' },
    });
  });

  it('keeps a token in the path to itself', () => {
    const { json } = failure(new CrossAppError('token_missing'), `/handoff_${'A'.repeat(56)}/x`);
    expect(json).toContain('"path":"/handoff_[redacted]/x"');
  });
});

import { makeToken } from '@cross-app/protocol';
import { createCrossAppClient } from '../src/index.js';
import type { CrossAppClient, CrossAppClientOptions } from '../src/index.js';
import type { FakeIssuer } from './fake-issuer.js';

export const secret = 'canary-secret-0123456789-abcdefghij';
export const verifier = 'canary-verifier-dBjftJeZ4CVP-mB92K27uhbUJU1p1r';
export const bearer = 'canary.bearer.eyJhbGciOiJub25lIn0';
export const token = makeToken({
  randomBytes: Uint8Array.from({ length: 32 }, (_, index) => 255 - index * 5),
  expiresAtSeconds: 1_893_456_000,
});

/** What the issuer replies to a redeem that succeeds. */
export const validated = {
  valid: true,
  user_id: '456',
  email: 'test@example.com',
  name: 'Test User',
  account_id: '789',
  user_data: { account_id: '789', email: 'test@example.com', name: 'Test User', permissions: ['edit'] },
  permissions: ['edit'],
  expires_at: '2030-01-01T00:00:00.000Z',
};

/** What the issuer replies to an issue that succeeds. */
export const generated = { session_token: token, expires_at: '2030-01-01T00:00:00.000Z', account_id: '789' };

/** A client of that issuer which can do everything. */
export function clientOf(issuer: FakeIssuer, options: Partial<CrossAppClientOptions> = {}): CrossAppClient {
  return createCrossAppClient({
    baseUrl: issuer.baseUrl,
    appId: 'hi-events',
    secret,
    accessToken: () => bearer,
    ...options,
  });
}

/** The reason why the promise was rejected. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new TypeError('the promise was not rejected');
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { CrossAppError, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import { readHeader } from '../request.js';
import type { CrossAppRequest } from '../request.js';

/** One secret of one app. */
export interface AppCredential {
  readonly appId: string;
  readonly digest: Buffer;
}

/** The form in which secrets are compared: of one length whatever the secret's. */
export function digestSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * The app whose secret the caller sent in `x-shared-secret`. It is the audience of the call: which app's
 * tokens may be redeemed follows from the credential, never from the body.
 *
 * @throws CrossAppError `client_unauthenticated`, `invalid_argument` for a header that was sent twice
 */
export function identifyApp(credentials: readonly AppCredential[], req: CrossAppRequest): string {
  const [secret = '', ...others] = readHeader(req, SHARED_SECRET_HEADER);
  if (others.length > 0) {
    throw new CrossAppError('invalid_argument', { message: `Send ${SHARED_SECRET_HEADER} once.` });
  }
  // Every secret is compared, a missing one too, so that the time tells neither which matched nor how many there are.
  const digest = digestSecret(secret);
  const [match] = credentials.filter((credential) => timingSafeEqual(credential.digest, digest));
  if (match === undefined) throw new CrossAppError('client_unauthenticated');
  return match.appId;
}

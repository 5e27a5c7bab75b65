import { CrossAppError, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import type { Prove } from './call.js';
import type { Config } from './options.js';

/** How this app proves itself. Throws `client_unauthenticated` at once when it has no secret. */
export function appProof({ secret }: Config, verb: string): Prove {
  if (secret === undefined) {
    throw new CrossAppError('client_unauthenticated', {
      cause: new TypeError(`createCrossAppClient was given no secret, and ${verb} needs it`),
    });
  }
  const headers = { [SHARED_SECRET_HEADER]: secret };
  return () => Promise.resolve(headers);
}

import { CrossAppError, isCrossAppError } from '@cross-app/protocol';
import { failClosed } from './fail-closed.js';
import { safeCause } from './logging/safe-cause.js';
import type { CrossAppRequest } from './request.js';

/** What a verb, a hook or a session store of a target app threw, as a refusal for its browser. */
export function asTargetRefusal(thrown: unknown, req: CrossAppRequest): CrossAppError {
  // The secret that the issuer refused is this app's. A browser told of it would ask the person for a password.
  if (isCrossAppError(thrown, 'client_unauthenticated')) {
    return new CrossAppError('store_unavailable', { cause: thrown });
  }
  return failClosed(safeCause(thrown, req));
}

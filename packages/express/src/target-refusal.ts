import { CrossAppError, isCrossAppError } from '@cross-app/protocol';
import { failClosed } from './fail-closed.js';
import { redactorOf } from './logging/redact.js';
import { redactedError } from './logging/redacted-error.js';
import type { CrossAppRequest } from './request.js';

/** What a verb, a hook or a session store of a target app threw, as a refusal for its browser. */
export function asTargetRefusal(thrown: unknown, req: CrossAppRequest): CrossAppError {
  // The secret that the issuer refused is this app's. A browser told of it would ask the person for a password.
  if (isCrossAppError(thrown, 'client_unauthenticated')) {
    return new CrossAppError('store_unavailable', { cause: thrown });
  }
  // Express 5 prints causes, and what a store of the host's own throws may repeat the token that it was given.
  return failClosed(isCrossAppError(thrown) ? thrown : redactedError(thrown, redactorOf(req)));
}

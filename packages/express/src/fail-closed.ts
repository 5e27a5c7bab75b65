import { CrossAppError, isCrossAppError } from '@cross-app/protocol';

/**
 * Any thrown value as a refusal. What is not a `CrossAppError` (a lost database, a hook of the host that
 * threw) leaves the question open who is there, so nobody is: `store_unavailable`, the value as its cause.
 */
export function failClosed(thrown: unknown): CrossAppError {
  return isCrossAppError(thrown) ? thrown : new CrossAppError('store_unavailable', { cause: thrown });
}

import { isCrossAppError } from '@cross-app/protocol';
import type { CrossAppRequest } from '../request.js';
import { redactorOf } from './redact.js';
import { redactedError } from './redacted-error.js';

/**
 * What was thrown, as the cause of a refusal: Express 5 prints causes, and what a store or a hook of the host's own
 * throws may repeat what it was given, a token or a cookie. Our own errors hold nothing of it.
 */
export function safeCause(thrown: unknown, req: CrossAppRequest): Error {
  return isCrossAppError(thrown) ? thrown : redactedError(thrown, redactorOf(req));
}

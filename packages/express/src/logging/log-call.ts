import { ERRORS } from '@cross-app/protocol';
import type { CrossAppError, CrossAppErrorCode } from '@cross-app/protocol';
import { targetAppOf } from '../call.js';
import type { Call } from '../call.js';
import type { CrossAppLogger } from './logger.js';
import { redactorOf } from './redact.js';
import { redactedError } from './redacted-error.js';
import { tell } from './tell.js';

// What somebody should look at if it goes on: a theft, a wrong secret, a flood.
const SUSPICIOUS: ReadonlySet<CrossAppErrorCode> = new Set<CrossAppErrorCode>([
  'token_used',
  'target_mismatch',
  'verifier_mismatch',
  'client_unauthenticated',
  'rate_limited',
]);

/**
 * Logs a call that was refused (`info`, or `warn` for what is suspicious) or that failed (`error`, with the
 * cause). A logger that throws does not fail the call.
 */
export function logCall(logger: CrossAppLogger | undefined, call: Call, error: CrossAppError): void {
  if (logger === undefined) return;
  const write = (): void => {
    writeCall(logger, call, error);
  };
  tell('logger of cross-app', write, call.req);
}

function writeCall(logger: CrossAppLogger, call: Call, error: CrossAppError): void {
  const { code } = error;
  const { errorId } = call;
  const targetApp = targetAppOf(call);
  const fields = {
    call: call.name,
    code,
    ...(targetApp === undefined ? {} : { targetApp }),
    ...(errorId === undefined ? {} : { errorId }),
  };
  const redact = redactorOf(call.req);
  if (ERRORS[code].status >= 500) {
    const err = redactedError(error.cause ?? error, redact);
    logger.error({ ...fields, err }, `cross-app ${call.name} failed: ${code}`);
    return;
  }
  const level = SUSPICIOUS.has(code) ? 'warn' : 'info';
  const isUsual = error.message === ERRORS[code].message;
  const detail = isUsual ? {} : { detail: redact(error.message) };
  logger[level]({ ...fields, ...detail }, `cross-app ${call.name} refused: ${code}`);
}

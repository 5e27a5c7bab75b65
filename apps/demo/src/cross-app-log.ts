import type { CrossAppLogger } from '@cross-app/express';
import type { Log } from './error-replies.js';

/** What the packages log, as lines of this demo. Yours takes pino or `console` as it is. */
export function crossAppLog(log: Log): CrossAppLogger {
  const write = (fields: object, message: string): void => {
    const { errorId, err } = fields as { errorId?: string; err?: { message?: string } };
    const id = errorId === undefined ? '' : `, error id ${errorId}`;
    const reason = err?.message === undefined ? '' : `: ${err.message}`;
    log(`${message}${id}${reason}`);
  };
  return { info: write, warn: write, error: write };
}

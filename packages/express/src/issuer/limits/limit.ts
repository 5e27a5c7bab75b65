import type { ServerResponse } from 'node:http';
import { CrossAppError } from '@cross-app/protocol';
import { rateLimit } from 'express-rate-limit';
import type { Store } from 'express-rate-limit';
import { failClosed } from '../../fail-closed.js';
import { redactText } from '../../logging/redact.js';
import { redactedError } from '../../logging/redacted-error.js';
import type { CrossAppHandler, CrossAppRequest } from '../../request.js';

/**
 * Counts one call against the limit of this key and sets `X-RateLimit-*`.
 *
 * @throws CrossAppError `rate_limited` when there were too many, `store_unavailable` when nobody could count.
 */
export type Limit = (req: CrossAppRequest, res: ServerResponse, key: string) => Promise<void>;

/** As {@link Limit}; a key may also come with a limit of its own, in calls a minute. */
export type AppLimit = (req: CrossAppRequest, res: ServerResponse, key: string | LimitedKey) => Promise<void>;

interface LimitedKey {
  readonly key: string;
  readonly perMinute: number;
}

const WINDOW_MS = 60_000;

/** Makes a limit of so many calls a minute and key, which are counted in the store. */
export function createLimit(perMinute: number, store: Store): AppLimit {
  const keys = new WeakMap<object, LimitedKey>();
  const limiter: Limiter = {
    run: rateLimit({
      windowMs: WINDOW_MS,
      limit: (req) => keys.get(req)?.perMinute ?? perMinute,
      legacyHeaders: true,
      store: refuseNonsense(store),
      // The host may use express-rate-limit too, with the default name.
      requestPropertyName: 'crossAppRateLimit',
      keyGenerator: (req) => keys.get(req)?.key ?? '',
      handler: (_req, res, next) => {
        next(tooMany(res));
      },
      logger: { warn: warnOfStore, error: warnOfStore },
      // They print on the console. What they would find here is refused in our own way.
      validate: false,
    }),
  };
  return (req, res, key) => {
    keys.set(req, typeof key === 'string' ? { key, perMinute } : key);
    return new Promise((resolve, reject: (error: Error) => void) => {
      limiter.run(req, res, (thrown) => {
        if (thrown === undefined) resolve();
        else reject(failClosed(thrown));
      });
    });
  };
}

// A method, so that the compiler lets the Request of one Express be that of another: only what both have is used.
interface Limiter {
  run(...call: Parameters<CrossAppHandler>): void;
}

// By then express-rate-limit has set the header, from the end of the window. 0 would mean at once.
function tooMany(res: ServerResponse): CrossAppError {
  const seconds = Number(res.getHeader('Retry-After'));
  return new CrossAppError('rate_limited', {
    retryAfterSeconds: Math.max(1, Math.min(seconds, WINDOW_MS / 1000)),
  });
}

// Left alone, a count that is no number is below every limit.
function refuseNonsense(store: Store): Store {
  return {
    init: (options) => store.init?.(options),
    increment: async (key) => {
      const result = await store.increment(key);
      const { totalHits, resetTime } = result;
      const isTime = resetTime === undefined || !Number.isNaN(resetTime.getTime());
      if (Number.isSafeInteger(totalHits) && totalHits > 0 && isTime) return result;
      throw new TypeError('the store of limits must count calls in whole numbers above zero');
    },
    decrement: (key) => store.decrement(key),
    resetKey: (key) => store.resetKey(key),
  };
}

function warnOfStore(error: unknown): void {
  const shown = String(redactedError(error, redactText));
  process.emitWarning(`a store of crossAppIssuer's limits failed: ${shown}`, 'CrossAppLimitsWarning');
}

import { CrossAppError, isCrossAppError } from '@cross-app/protocol';
import { readMaxStaleness } from './guard/options.js';
import type { CrossAppGuardOptions } from './guard/options.js';
import { createVerdicts } from './guard/verdicts.js';
import { createWatch } from './guard/watch.js';
import { logCall } from './logging/log-call.js';
import { safeCause } from './logging/safe-cause.js';
import { tell } from './logging/tell.js';
import type { CrossAppHandler, CrossAppRequest } from './request.js';
import { expressSession } from './session.js';

/** The middleware that `crossAppGuard` makes. */
export interface CrossAppGuard extends CrossAppHandler {
  /** Ends its watch of `sessions`. Requests are guarded as before, only not sooner than `maxStalenessSeconds`. */
  close(): Promise<void>;
}

/**
 * Middleware that ends the sign-ins of handoffs that have been revoked: single sign-out at the target app.
 *
 * Mount it after the session middleware and before whatever asks who is signed in. It lets requests pass whose session
 * comes from no handoff, and those whose handoff stands. A session whose handoff has been revoked is ended, and the
 * request goes on as one of nobody. It is for requests: what stays open, such as a WebSocket, has to be closed by
 * `onEnded` or by a look now and then.
 *
 * Answers of `sessions` are used for `maxStalenessSeconds`. Where `sessions` tells of revocations as they happen, they
 * count from the next request on.
 *
 * When it cannot be known whether the handoff stands, and when the session cannot be ended, the request gets no further:
 * `next(error)` with 503 `store_unavailable`.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * const guard = crossAppGuard({ sessions });
 * app.use(guard);
 */
export function crossAppGuard(options: CrossAppGuardOptions): CrossAppGuard {
  const verdicts = createVerdicts(options.sessions, readMaxStaleness(options));
  const { sessions, session = expressSession(), logger } = options;
  const watch = createWatch(sessions, (revocation) => {
    verdicts.forget(revocation);
  });

  async function admit(req: CrossAppRequest): Promise<void> {
    const derived = session.read(req);
    if (derived === null) return;
    watch.begin();
    if (!(await verdicts.isRevoked(derived))) return;
    await session.end(req);
    tell('onEnded of crossAppGuard', () => options.onEnded?.(derived, req), req);
    tell('logger of cross-app', () => {
      const fields = { call: 'guard', targetApp: derived.targetApp };
      logger?.info(fields, 'cross-app guard ended a session whose handoff was revoked');
    });
  }

  const crossAppGuardHandler: CrossAppHandler = (req, _res, next) => {
    admit(req).then(
      () => {
        next();
      },
      (thrown: unknown) => {
        const error = asUnavailable(thrown, req);
        logCall(logger, { name: 'guard', req }, error);
        next(error);
      },
    );
  };
  return Object.assign(crossAppGuardHandler, { close: () => watch.close() });
}

// Whatever it was, it is not for the person to put right.
function asUnavailable(thrown: unknown, req: CrossAppRequest): CrossAppError {
  if (isCrossAppError(thrown, 'store_unavailable')) return thrown;
  return new CrossAppError('store_unavailable', { cause: safeCause(thrown, req) });
}

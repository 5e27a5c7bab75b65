import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { isAppId, wrongOption } from '@cross-app/protocol';
import type { CrossAppSessions, Redemption } from '@cross-app/protocol';
import { failClosed } from './fail-closed.js';
import { logCall } from './logging/log-call.js';
import { requireLogger } from './logging/logger.js';
import type { CrossAppLogger } from './logging/logger.js';
import { refuseUnknownKeys, requireVerbs } from './options.js';
import { readToken } from './read-token.js';
import { readCaller, requireMethod } from './request.js';
import type { CrossAppHandler, CrossAppRequest } from './request.js';
import { asTargetRefusal } from './target-refusal.js';
import { observeCall } from './telemetry/observe-call.js';

/** Options of {@link crossAppAuth}. */
export interface CrossAppAuthOptions {
  /** `createCrossAppSessions` of `@cross-app/core`, or `createCrossAppClient` of `@cross-app/sdk`. */
  readonly sessions: Pick<CrossAppSessions, 'redeem'>;
  /** This app's id, 1 to 50 characters, as the source app knows it: only tokens for it are accepted. */
  readonly targetApp: string;
  /**
   * Logs every request that is refused or fails, with `call` `redeem`, the private `code`, `targetApp`, and
   * nothing secret: `console`, pino, or the like. Default nobody.
   */
  readonly logger?: CrossAppLogger | undefined;
}

/**
 * Middleware that redeems the handoff token of a POST and says who arrived in `req.crossApp`.
 *
 * The token is the body's `session_token` (JSON or form; no body parser is needed, and one may be there),
 * the header `X-Session-Token`, or `Authorization: Bearer`. Only POST uses a token up: GET, HEAD and
 * prefetches get `method_not_allowed`. A refused request uses nothing up either.
 *
 * Refusals go to `next(error)` as a `CrossAppError`, whose status and headers Express' own error handler
 * sends: 400 `token_missing`, `token_malformed`, `invalid_argument`; 401 for a token that is unknown,
 * expired, used, revoked, or another app's, all alike; 405 `method_not_allowed`; 413 `payload_too_large`;
 * 415 `unsupported_media_type`; 503 `store_unavailable` whenever there is a doubt, and when the issuer does not
 * know this app's secret.
 *
 * Each request is a span and is counted, if the host has OpenTelemetry: `docs/observability.md` names both.
 *
 * Every reply gets `Cache-Control: no-store` and `Referrer-Policy: no-referrer`.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * app.post('/auth/cross-app', crossAppAuth({ sessions, targetApp: 'hi-events' }), (req, res) => {
 *   res.json({ hello: req.crossApp.user.name });
 * });
 */
export function crossAppAuth(options: CrossAppAuthOptions): CrossAppHandler {
  const { sessions, targetApp, logger } = checkOptions(options);

  async function authenticate(req: CrossAppRequest, res: ServerResponse): Promise<Redemption> {
    try {
      requireMethod(req, 'POST');
      const token = await readToken(req, res);
      // One id for each request: what sessions repeats for it (a lost reply) is a retry and is answered
      // again, what the browser or a thief repeats is another request, so a replay.
      return await sessions.redeem(token, { targetApp, redemptionId: randomUUID(), ...readCaller(req) });
    } catch (thrown) {
      throw asTargetRefusal(thrown, req);
    }
  }

  return function crossAppAuthHandler(req, res, next) {
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('Referrer-Policy', 'no-referrer');
    const call = { name: 'redeem', req, targetApp };
    observeCall(call, () => authenticate(req, res)).then(
      (redemption) => {
        req.crossApp = redemption;
        next();
      },
      (thrown: unknown) => {
        const error = failClosed(thrown);
        logCall(logger, call, error);
        next(error);
      },
    );
  };
}

function checkOptions(options: CrossAppAuthOptions): CrossAppAuthOptions {
  refuseUnknownKeys('crossAppAuth', options, ['sessions', 'targetApp', 'logger']);
  requireVerbs('crossAppAuth', options.sessions, ['redeem']);
  requireLogger('crossAppAuth', options.logger);
  if (!isAppId(options.targetApp)) {
    throw wrongOption(
      "crossAppAuth: targetApp must be this app's id, 1 to 50 printable ASCII characters without blanks, such as 'hi-events'",
      options.targetApp,
    );
  }
  return options;
}

import { ISSUER_PATHS } from '@cross-app/protocol';
import type { Exchange } from './call.js';
import { failClosed } from './fail-closed.js';
import { answerAuthorize } from './issuer/authorize/answer-authorize.js';
import { AUTHORIZE_PATH } from './issuer/authorize/path.js';
import { countWrongCredentials } from './issuer/calls/endpoint.js';
import type { Endpoint } from './issuer/calls/endpoint.js';
import { generateSession } from './issuer/calls/generate-session.js';
import { health } from './issuer/calls/health.js';
import { inspectSession } from './issuer/calls/inspect-session.js';
import { isAnswered } from './issuer/calls/is-answered.js';
import { revokeSession } from './issuer/calls/revoke-session.js';
import { revokeSessions } from './issuer/calls/revoke-sessions.js';
import { userAccounts } from './issuer/calls/user-accounts.js';
import { validatePermission } from './issuer/calls/validate-permission.js';
import { validateSession } from './issuer/calls/validate-session.js';
import { CurrentIssuer } from './issuer/current-issuer.js';
import { openapi } from './issuer/openapi/document.js';
import { resolveIssuerOptions } from './issuer/options.js';
import type { CrossAppIssuerOptions, IssuerSettings, IssuerUser } from './issuer/options.js';
import { report } from './issuer/report.js';
import { failure, send, success } from './reply.js';
import type { Reply } from './reply.js';
import { readPath, readPathBelowMount } from './request.js';
import type { CrossAppHandler } from './request.js';
import { observeCall } from './telemetry/observe-call.js';

const CALLS: readonly (readonly [path: string, endpoint: Endpoint])[] = [
  [ISSUER_PATHS.generateSession, generateSession],
  [ISSUER_PATHS.validateSession, validateSession],
  [ISSUER_PATHS.inspectSession, inspectSession],
  [ISSUER_PATHS.userAccounts, userAccounts],
  [ISSUER_PATHS.validatePermission, validatePermission],
  [ISSUER_PATHS.revokeSession, revokeSession],
  [ISSUER_PATHS.revokeSessions, revokeSessions],
  [ISSUER_PATHS.health, health],
  [ISSUER_PATHS.openapi, openapi],
];

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map(
  CALLS.map(([path, endpoint]) => [path, countWrongCredentials(endpoint)]),
);

/**
 * The source app's HTTP API, below the path it is mounted at:
 *
 * - `POST /generate-session`: a token for the source app's own signed-in user
 * - `POST /validate-session`: redeems it, for a target app that does not share the database
 * - `POST /inspect-session`: what `validate-session` would answer; uses nothing up
 * - `GET /user-accounts`: the accounts of who arrived, from `listAccounts`
 * - `POST /validate-permission`: what who arrived may do, from `hasPermission`
 * - `POST /revoke-session`: makes one token unusable, for the app that it is for or for its user
 * - `POST /revoke-sessions`: makes many tokens for the calling app unusable
 * - `GET /health`: whether calls can be answered
 * - `GET /openapi.json`: all of this as OpenAPI 3.1
 * - `GET /authorize`: sends a browser that a target app has sent here back with a token: {@link AuthorizeOptions}
 *
 * Target apps prove themselves with their secret, users with the host's sign-in, and `/health` asks nobody.
 * Bodies and replies are the wire types of `@cross-app/protocol`; every error is JSON as `WireError`. Other
 * paths pass on to the host, and so do those whose hook is not given. `/authorize` answers people: with redirects and
 * HTML pages.
 *
 * Each call is a span and is counted, if the host has OpenTelemetry: `docs/observability.md` names both.
 *
 * It parses bodies itself, up to 16 kB. Mount it before the host's own parsers: a body that the host has
 * parsed is taken as it is, but what the host's parser refuses is answered by the host.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * app.use(
 *   '/api/cross-app',
 *   crossAppIssuer({
 *     sessions,
 *     apps: { 'hi-events': { secrets: [secret] } },
 *     authenticate: (req) => findUser(req.headers.authorization),
 *     canUseAccount: (user, accountId) => isMember(user.id, accountId),
 *   }),
 * );
 */
export function crossAppIssuer<User extends IssuerUser>(
  options: CrossAppIssuerOptions<User>,
): CrossAppHandler {
  const issuer = resolveIssuerOptions(options);
  const current = new CurrentIssuer(issuer);
  const pages = pagesOf(issuer);

  return function crossAppIssuerHandler(req, res, next) {
    const path = readPathBelowMount(req);
    const exchange = { name: path.slice(1), req, res };
    const page = pages.get(path);
    if (page !== undefined) {
      // No CORS: pages are for people, and no script of another origin may read them.
      issuer.directory
        .refresh()
        .then(() => page(exchange))
        .catch(next);
      return;
    }
    const endpoint = findEndpoint(issuer, path);
    if (endpoint === undefined) {
      next();
      return;
    }
    const allowCors = (): void => {
      issuer.directory.allowCors()(req, res, (error) => {
        if (error === undefined) answer(current, endpoint, exchange).catch(next);
        else next(error);
      });
    };
    issuer.directory.refresh().then(allowCors).catch(next);
  };
}

function findEndpoint(issuer: IssuerSettings, path: string): Endpoint | undefined {
  return isAnswered(issuer, path) ? ENDPOINTS.get(path) : undefined;
}

/** Answers a browser. */
type Page = (exchange: Exchange) => Promise<void>;

function pagesOf(issuer: IssuerSettings): ReadonlyMap<string, Page> {
  const { authorize } = issuer;
  if (authorize === undefined) return new Map();
  return new Map([[AUTHORIZE_PATH, (exchange) => answerAuthorize({ ...issuer, authorize }, exchange)]]);
}

async function answer(current: CurrentIssuer, endpoint: Endpoint, exchange: Exchange): Promise<void> {
  const { req, res } = exchange;
  const work = async (): Promise<Reply> => success(await endpoint(current.issuer(), req, res));
  const reply = await observeCall(exchange, work).catch((thrown: unknown) => {
    const error = failClosed(thrown);
    report(current.settings, error, exchange);
    return failure(error, readPath(req));
  });
  send(res, reply);
}

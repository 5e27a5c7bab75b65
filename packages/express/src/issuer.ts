import { ISSUER_PATHS } from '@cross-app/protocol';
import type { CrossAppError } from '@cross-app/protocol';
import { failClosed } from './fail-closed.js';
import type { Endpoint } from './issuer/endpoint.js';
import { generateSession } from './issuer/generate-session.js';
import { resolveIssuerOptions } from './issuer/options.js';
import type { CrossAppIssuerOptions, Issuer, IssuerUser } from './issuer/options.js';
import { validateSession } from './issuer/validate-session.js';
import { failure, send, success } from './reply.js';
import type { Reply } from './reply.js';
import { readPath, readPathBelowMount } from './request.js';
import type { CrossAppHandler, CrossAppRequest } from './request.js';

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  [ISSUER_PATHS.generateSession, generateSession],
  [ISSUER_PATHS.validateSession, validateSession],
]);

/**
 * The source app's HTTP API: `POST /generate-session` for its own signed-in users, `POST /validate-session`
 * for target apps that do not share its database. Bodies and replies are the wire types of
 * `@cross-app/protocol`; every error is JSON as `WireError`. Other paths pass on to the host.
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

  return function crossAppIssuerHandler(req, res, next) {
    const endpoint = ENDPOINTS.get(readPathBelowMount(req));
    if (endpoint === undefined) {
      next();
      return;
    }
    endpoint(issuer, req, res)
      .then(success)
      .catch((thrown: unknown) => explain(issuer, failClosed(thrown), req))
      .then((reply) => {
        send(res, reply);
      })
      .catch(next);
  };
}

function explain(issuer: Issuer, error: CrossAppError, req: CrossAppRequest): Reply {
  // The async wrapper catches what a hook throws as well as what it rejects with.
  (async () => {
    await issuer.options.onError?.(error, req);
  })().catch((thrown: unknown) => {
    process.emitWarning(`onError of crossAppIssuer failed: ${String(thrown)}`, 'CrossAppListenerWarning');
  });
  return failure(error, readPath(req));
}

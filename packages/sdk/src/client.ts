import type {
  CrossAppSessions,
  InspectRequest,
  IssuedHandoff,
  IssueRequest,
  RedeemRequest,
  Redemption,
  RevokeFilter,
  RevokeScope,
  WireAccount,
} from '@cross-app/protocol';
import type { CallOptions } from './call.js';
import { bindHasPermission } from './has-permission.js';
import type { PermissionRequest } from './has-permission.js';
import { bindInspect } from './inspect.js';
import { bindIssue } from './issue.js';
import type { IssueOptions } from './issue.js';
import { bindListAccounts } from './list-accounts.js';
import { resolveOptions } from './options.js';
import type { CrossAppClientOptions } from './options.js';
import { bindRedeem } from './redeem.js';
import { bindRevokeAll } from './revoke-all.js';
import { bindRevoke } from './revoke.js';

/**
 * The verbs of a handoff over HTTP, and what the target app may ask about a token that it has redeemed. It
 * goes wherever `CrossAppSessions` does; each verb takes a signal besides, and then also rejects with that
 * signal's reason.
 *
 * Nothing is thrown away on a doubt: a call is tried again while its outcome is unknown (no connection, no
 * answer in time, an answer that cannot be read, a 5xx) and after a 429, up to `retries` times within
 * `timeoutMs`, after a random pause that grows, and not before `Retry-After`. What stays unknown is
 * `store_unavailable`, and what stays limited, or has to wait for longer than there is time, `rate_limited`
 * with the seconds to wait in `headers['Retry-After']`; a {@link CrossAppRequestError} is their `cause`. Any
 * other 4xx and a redirect are final.
 *
 * Every verb but `issue` and `revoke` speaks for this app: it needs `secret`, sees only tokens for `appId`,
 * and refuses another `targetApp` with `invalid_argument` before any call. Codes of every verb:
 * `invalid_argument`, `rate_limited`, `store_unavailable`, and of every verb with a secret
 * `client_unauthenticated`, also where there is none.
 */
export interface CrossAppClient extends CrossAppSessions {
  /**
   * Makes a token through `POST /generate-session`, for whoever the `accessToken` of the options belongs
   * to: `userId` is given to that function and repeated in the result, but not sent.
   *
   * The wire has no room for `permissions` and `ttlSeconds`, which the issuer sets: given here they are
   * `invalid_argument`. `userAgent` and `ipAddress` are not sent; the result names no source app. A try whose
   * reply was lost leaves a token that nobody knows and that expires unused.
   *
   * Codes besides: `payload_too_large`, `user_unauthenticated` (also without `accessToken`, or when it gives
   * none), `client_unauthenticated`, `account_forbidden`.
   */
  issue(request: IssueRequest, options?: IssueOptions): Promise<IssuedHandoff>;

  /**
   * Uses the token up through `POST /validate-session`. All tries carry one redemption id, the caller's or a
   * new one, so that a lost reply costs nobody their sign-in.
   *
   * `userAgent` and `ipAddress` have no place on this wire and are not sent; the result names no source app,
   * and the account by its id only.
   *
   * Codes besides: `token_malformed` (most without a call), `invalid_token` for every other refusal of the
   * token, `account_forbidden`.
   */
  redeem(token: string, request: RedeemRequest, options?: CallOptions): Promise<Redemption>;

  /**
   * Asks through `POST /inspect-session` what {@link redeem} would answer now, or with `redeemed: true` what
   * it answered this app. Results and codes are those of {@link redeem}.
   */
  inspect(token: string, request: InspectRequest, options?: CallOptions): Promise<Redemption>;

  /**
   * Makes a token unusable through `POST /revoke-session`: with `secret` one that is for this app, without it
   * one of the person whom `accessToken` belongs to. Resolves for an unknown one too, and without a call for
   * what cannot be a token; for nothing but the issuer's 204 otherwise.
   *
   * The issuer goes by the proof: `userId` in the scope is `invalid_argument`, and so is `targetApp` unless it
   * is `appId` and there is a `secret`.
   *
   * Codes besides: `user_unauthenticated`, `token_malformed`.
   */
  revoke(token: string, scope?: RevokeScope, options?: CallOptions): Promise<void>;

  /**
   * Revokes many through `POST /revoke-sessions`: only tokens that are for this app, so `targetApp` says
   * nothing more, and alone means all of them. A retry after a lost reply counts only what it revoked itself.
   */
  revokeAll(filter: RevokeFilter, options?: CallOptions): Promise<number>;

  /**
   * Lists through `GET /user-accounts` the accounts that the person of a redeemed token may choose from.
   *
   * Codes besides: `token_malformed` (most without a call), `invalid_token` (also for one that this app has
   * not redeemed), `account_forbidden`.
   */
  listAccounts(token: string, options?: CallOptions): Promise<readonly WireAccount[]>;

  /**
   * Asks through `POST /validate-permission` whether the person of a redeemed token may do something. What
   * the issuer says is all that counts: nothing is allowed on a doubt. Codes as for {@link listAccounts}.
   */
  hasPermission(token: string, request: PermissionRequest, options?: CallOptions): Promise<boolean>;
}

/**
 * Makes the client of an issuer's API, for an app that does not share the database: it does over HTTP what
 * `createCrossAppSessions` of `@cross-app/core` does in the database.
 *
 * Redirects are never followed, cookies never sent, replies read up to 64 KiB; the secret is in no property,
 * message or cause. Connections are kept and used again as `fetch` does.
 *
 * @throws TypeError for an option that is missing, unknown or not of the documented form.
 * @example
 * const client = createCrossAppClient({
 *   baseUrl: 'https://tuvens.com/api/cross-app',
 *   appId: 'hi-events',
 *   secret,
 * });
 * const { user, account } = await client.redeem(token, { targetApp: 'hi-events' });
 * const accounts = await client.listAccounts(token);
 */
export function createCrossAppClient(options: CrossAppClientOptions): CrossAppClient {
  const config = resolveOptions(options);
  return Object.freeze({
    issue: bindIssue(config),
    redeem: bindRedeem(config),
    inspect: bindInspect(config),
    revoke: bindRevoke(config),
    revokeAll: bindRevokeAll(config),
    listAccounts: bindListAccounts(config),
    hasPermission: bindHasPermission(config),
  });
}

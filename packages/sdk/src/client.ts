import type {
  CrossAppSessions,
  IssuedHandoff,
  IssueRequest,
  RedeemRequest,
  Redemption,
} from '@cross-app/protocol';
import type { CallOptions } from './call.js';
import { bindIssue } from './issue.js';
import { resolveOptions } from './options.js';
import type { CrossAppClientOptions } from './options.js';
import { bindRedeem } from './redeem.js';

/**
 * The verbs of a handoff that the issuer has calls for. It goes wherever a `Pick` of these two from
 * `CrossAppSessions` does; each takes a signal besides, and then also rejects with that signal's reason.
 *
 * Nothing is thrown away on a doubt: a call is tried again while its outcome is unknown (no connection, no
 * answer in time, an answer that cannot be read, a 5xx), up to `retries` times within `timeoutMs`, after a
 * random pause that grows, and not before `Retry-After`. What stays unknown is `store_unavailable` with a
 * {@link CrossAppRequestError} as its `cause`. A 4xx, 429 too, and a redirect are final.
 */
export interface CrossAppClient extends Pick<CrossAppSessions, 'issue' | 'redeem'> {
  /**
   * Makes a token through `POST /generate-session`, for whoever the `accessToken` of the options belongs
   * to: `userId` is given to that function and repeated in the result, but not sent.
   *
   * The wire has no room for `permissions` and `ttlSeconds`, which the issuer sets: given here they are
   * `invalid_argument`. `userAgent` and `ipAddress` are not sent; the result names no source app. A try whose
   * reply was lost leaves a token that nobody knows and that expires unused.
   *
   * Codes: `invalid_argument`, `payload_too_large`, `user_unauthenticated` (also without `accessToken`, or
   * when it gives none), `client_unauthenticated`, `account_forbidden`, `rate_limited`, `store_unavailable`.
   */
  issue(request: IssueRequest, options?: CallOptions): Promise<IssuedHandoff>;

  /**
   * Uses the token up through `POST /validate-session`. All tries carry one redemption id, the caller's or a
   * new one, so that a lost reply costs nobody their sign-in. Only the `appId` of the options can redeem:
   * another `targetApp` is `invalid_argument`, before any call.
   *
   * `userAgent` and `ipAddress` have no place on this wire and are not sent; the result names no source app,
   * and the account by its id only.
   *
   * Codes: `token_malformed` (most without a call), `invalid_token` for every other refusal of the token,
   * `invalid_argument`, `client_unauthenticated` (also without `secret`), `account_forbidden`, `rate_limited`,
   * `store_unavailable`.
   */
  redeem(token: string, request: RedeemRequest, options?: CallOptions): Promise<Redemption>;
}

/**
 * Makes the client of an issuer's API, for an app that does not share the database: it issues and redeems
 * over HTTP what `createCrossAppSessions` of `@cross-app/core` does in the database. `inspect`, `revoke` and
 * `revokeAll` are left out: the issuer has no calls for them yet.
 *
 * Redirects are never followed, cookies never sent, replies read up to 64 KiB; the secret is in no property,
 * message or cause.
 *
 * @throws TypeError for an option that is missing, unknown or not of the documented form.
 * @example
 * const client = createCrossAppClient({
 *   baseUrl: 'https://tuvens.com/api/cross-app',
 *   appId: 'hi-events',
 *   secret,
 * });
 * const { user, account } = await client.redeem(token, { targetApp: 'hi-events' });
 */
export function createCrossAppClient(options: CrossAppClientOptions): CrossAppClient {
  const config = resolveOptions(options);
  return Object.freeze({ issue: bindIssue(config), redeem: bindRedeem(config) });
}

/** Anything that JSON can say. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** An id as a caller may give it. A number must be a safe whole number above zero. */
export type IdInput = string | number | bigint;

/** The person who is signed in, as the target app gets to know them. */
export interface CrossAppUser {
  /** The id in the source app's users table, as text whatever its type there. */
  readonly id: string;
  readonly email: string;
  /** Falls back to the e-mail address. */
  readonly name: string;
}

/** The account that the person acts for. */
export interface CrossAppAccount {
  /** As text whatever its type in the source app's accounts table. */
  readonly id: string;
  /** Null where the wire does not carry it: `validate-session` names the id only. */
  readonly name: string | null;
  /** Null where the wire does not carry it. */
  readonly slug: string | null;
}

/** What every implementation knows of a cross-app session. */
export interface CrossAppSessionData {
  readonly userId: string;
  readonly accountId: string | null;
  /** The app that issued the token. Null where the wire does not carry it. */
  readonly sourceApp: string | null;
  /** The only app that can redeem the token. */
  readonly targetApp: string;
  readonly expiresAt: Date;
  /** When the token was issued. Null where the wire does not carry it: an issuer of an earlier version. */
  readonly createdAt: Date | null;
  readonly permissions: readonly string[];
  /** What the source app sent along, or null. */
  readonly payload: JsonValue;
}

/** Whom to sign in, where, for how long. */
export interface IssueRequest {
  /** Who is signed in at the source app. Only the source app may say so: never take it from a request. */
  readonly userId: IdInput;
  /** The account to act for. Default none. */
  readonly accountId?: IdInput | null | undefined;
  /** The app that may redeem the token: 1 to 50 characters. */
  readonly targetApp: string;
  /** Life of the token in whole seconds, 1 to 900. Default is the implementation's. */
  readonly ttlSeconds?: number | undefined;
  /** S256 challenge (RFC 7636): then only the browser with the verifier can redeem. */
  readonly codeChallenge?: string | undefined;
  /** What the person may do at the target app: up to 100 names of up to 100 characters. */
  readonly permissions?: readonly string[] | undefined;
  /** Anything else the target app needs: JSON of up to 8,192 bytes. */
  readonly payload?: JsonValue | undefined;
  /** Kept for audits, cut to 512 characters. */
  readonly userAgent?: string | undefined;
  /** Kept for audits; what is not an address is kept as null. */
  readonly ipAddress?: string | undefined;
}

/** A new token and what it stands for. */
export interface IssuedHandoff<Session extends CrossAppSessionData = CrossAppSessionData> {
  /** 64 characters. This is the only time anyone sees it: only its hash is stored. */
  readonly token: string;
  readonly session: Session;
}

/** Who redeems, and with which proofs. */
export interface RedeemRequest {
  /** The app that redeems. A token for another app is refused, and stays usable by that one. */
  readonly targetApp: string;
  /** A UUID. The same one again is a retry and gets the same answer. Default a new one for each call. */
  readonly redemptionId?: string | undefined;
  /** RFC 7636: required for a token issued with a challenge, refused for one without. */
  readonly codeVerifier?: string | undefined;
  /** Kept for audits, cut to 512 characters. */
  readonly userAgent?: string | undefined;
  /** Kept for audits; what is not an address is kept as null. */
  readonly ipAddress?: string | undefined;
  /**
   * Whose user agent and address these are. Default `browser`. Those of a target app's `server`, which asks over HTTP,
   * say nothing of the person: two of its machines are not two people.
   */
  readonly caller?: 'browser' | 'server' | undefined;
}

/** The proofs that a redeem would need, or the word that it is done. */
export interface InspectRequest extends Pick<RedeemRequest, 'targetApp' | 'redemptionId' | 'codeVerifier'> {
  /**
   * True asks about a token that `targetApp` has redeemed, until it expires: then neither redemption id nor
   * verifier is needed, and one that is not used yet is `token_unknown`. Default false.
   */
  readonly redeemed?: boolean | undefined;
}

/**
 * Whose token may be revoked. Another's is left as it is, without a word. What is undefined limits nothing: give no
 * `userId` that may be missing.
 */
export interface RevokeScope {
  /** Only a token of this user. */
  readonly userId?: IdInput | undefined;
  /** Only a token for this app. */
  readonly targetApp?: string | undefined;
}

/** Who arrived. */
export interface Redemption<Session extends CrossAppSessionData = CrossAppSessionData> {
  readonly session: Session;
  readonly user: CrossAppUser;
  /** Null when the handoff named no account. */
  readonly account: CrossAppAccount | null;
}

/** Which cross-app sessions to revoke: those that match everything given. */
export interface RevokeFilter {
  readonly userId?: IdInput | undefined;
  readonly accountId?: IdInput | undefined;
  readonly sourceApp?: string | undefined;
  readonly targetApp?: string | undefined;
  /** Only those issued before this instant. */
  readonly issuedBefore?: Date | undefined;
  /** Must be given when nothing else is: revokes every one. */
  readonly all?: true | undefined;
}

/**
 * The verbs of a handoff. `createCrossAppSessions` of `@cross-app/core` does them in the database,
 * `createCrossAppClient` of `@cross-app/sdk` over HTTP; Express code takes either.
 *
 * Every method rejects with a `CrossAppError`: `invalid_argument` for a value outside the documented
 * form, `store_unavailable` when no answer could be had. Nothing is ever signed in on a doubt.
 */
export interface CrossAppSessions {
  /**
   * Makes a token for a signed-in person. Once this resolves, the token can be redeemed until it expires.
   *
   * Codes: `invalid_argument` also for a user or account that does not exist; over HTTP also
   * `user_unauthenticated`, `account_forbidden`, `client_unauthenticated`, `rate_limited`.
   */
  issue(request: IssueRequest): Promise<IssuedHandoff>;

  /**
   * Uses the token up and says who arrived. At most one redemption id ever succeeds; the same one again
   * gets the same answer until 60 seconds after the token's life. A wrong target or verifier uses nothing up.
   *
   * Codes: `token_malformed`, `token_unknown`, `token_expired`, `token_used`, `token_revoked`,
   * `target_mismatch`, `verifier_mismatch`; over HTTP all but the first are `invalid_token`.
   */
  redeem(token: string, request: RedeemRequest): Promise<Redemption>;

  /** What {@link redeem} would answer or refuse now. Changes nothing. */
  inspect(token: string, request: InspectRequest): Promise<Redemption>;

  /**
   * Makes the token unusable, used or not, if it is within the scope. Resolves for an unknown one too
   * (RFC 7009, section 2.2).
   */
  revoke(token: string, scope?: RevokeScope): Promise<void>;

  /** Revokes many, and says how many became revoked. */
  revokeAll(filter: RevokeFilter): Promise<number>;
}

/** Life of a token in seconds: at least 1, at most and by default 900, the seed's fifteen minutes. */
export const MAX_TTL_SECONDS = 900;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** Whether the value can be a redemption id: a UUID (RFC 9562) that is not the nil one. */
export function isRedemptionId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value) && value !== NIL_UUID;
}

/** Whether the value can name an app: 1 to 50 printable ASCII characters without blanks. */
export function isAppId(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]{1,50}$/.test(value);
}

import type { CrossAppErrorCode } from './errors.js';
import type { JsonValue, Redemption } from './sessions.js';

/** Where the issuer's calls are, below the path it is mounted at (`/api/cross-app`). */
export const ISSUER_PATHS = {
  generateSession: '/generate-session',
  validateSession: '/validate-session',
  userAccounts: '/user-accounts',
  validatePermission: '/validate-permission',
  revokeSession: '/revoke-session',
  inspectSession: '/inspect-session',
  revokeSessions: '/revoke-sessions',
  health: '/health',
  openapi: '/openapi.json',
} as const;

/** The header by which a target app proves itself. */
export const SHARED_SECRET_HEADER = 'x-shared-secret';

/** The header that can carry a token. */
export const SESSION_TOKEN_HEADER = 'x-session-token';

/** Body of `POST /generate-session`; the user's sign-in is in the `Authorization` header. */
export interface GenerateSessionRequest {
  readonly account_id?: string | number | null;
  readonly target_app?: string;
  /** Where the person will land, exactly as registered for the target app. Default not checked. */
  readonly redirect_uri?: string;
  readonly event_data?: JsonValue;
  readonly code_challenge?: string;
}

/** Reply 200 of `POST /generate-session`. */
export interface GenerateSessionReply {
  readonly session_token: string;
  /** ISO 8601 in UTC. */
  readonly expires_at: string;
  /** Only when the token stands for an account. */
  readonly account_id?: string;
}

/** Body of `POST /validate-session`; the app's secret is in the `x-shared-secret` header. */
export interface ValidateSessionRequest {
  readonly session_token: string;
  /** The same one again is a retry. Without it every call is a redemption of its own. */
  readonly redemption_id?: string;
  readonly code_verifier?: string;
}

/** Reply 200 of `POST /validate-session`. */
export interface ValidateSessionReply {
  readonly valid: true;
  readonly user_id: string;
  readonly email: string;
  /** Falls back to the e-mail address. */
  readonly name: string;
  readonly account_id: string | null;
  readonly user_data: {
    readonly account_id: string | null;
    readonly email: string;
    readonly name: string;
    readonly permissions: readonly string[];
  };
  readonly permissions: readonly string[];
  /** ISO 8601 in UTC. */
  readonly expires_at: string;
  /** When the token was issued, ISO 8601 in UTC. Issuers of earlier versions do not send it. */
  readonly created_at?: string;
  /** The app that issued the token. Issuers of earlier versions do not send it. */
  readonly source_app?: string;
  /** Only when the source app sent something along. */
  readonly event_data?: JsonValue;
}

/** Reply 200 of `GET /user-accounts`, whose token is in the `X-Session-Token` header. */
export interface UserAccountsReply {
  readonly accounts: readonly WireAccount[];
}

/** An account that the person may choose. */
export interface WireAccount {
  readonly id: string;
  readonly name: string;
  /** Null where the source app has none. */
  readonly slug: string | null;
}

/** Body of `POST /validate-permission`. */
export interface ValidatePermissionRequest {
  readonly session_token: string;
  readonly permission: string;
  readonly resource_id?: string | number | null;
}

/** Reply 200 of `POST /validate-permission`. */
export interface ValidatePermissionReply {
  readonly has_permission: boolean;
}

/** Body of `POST /revoke-session`, which answers 204 for an unknown token too (RFC 7009). */
export interface RevokeSessionRequest {
  readonly session_token: string;
}

/** Body of `POST /inspect-session`, which answers as `validate-session` and uses nothing up. */
export interface InspectSessionRequest extends ValidateSessionRequest {
  /** True for a token that this app has redeemed: then no redemption id and no verifier are needed. */
  readonly redeemed?: boolean;
}

/** Body of `POST /revoke-sessions`: revokes those for the calling app that match everything given. */
export interface RevokeSessionsRequest {
  readonly user_id?: string | number;
  readonly account_id?: string | number;
  readonly source_app?: string;
  /** ISO 8601 with a zone. */
  readonly issued_before?: string;
  /** Must be true when nothing else is given. */
  readonly all?: boolean;
}

/** Reply 200 of `POST /revoke-sessions`. */
export interface RevokeSessionsReply {
  /** How many became revoked. */
  readonly revoked: number;
}

/** Every reply of the issuer that is not 200. */
export interface WireError {
  readonly statusCode: number;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  /** The path that was called, without its query. */
  readonly path: string;
  readonly message: string;
  readonly origin: { readonly message: string; readonly code: CrossAppErrorCode };
  /** Only with 404 from `validate-session`. */
  readonly valid?: false;
}

/** Says a redemption in the words of `validate-session`. */
export function toValidateSessionReply({ session, user, account }: Redemption): ValidateSessionReply {
  const accountId = account === null ? null : account.id;
  const { permissions } = session;
  return {
    valid: true,
    user_id: user.id,
    email: user.email,
    name: user.name,
    account_id: accountId,
    user_data: { account_id: accountId, email: user.email, name: user.name, permissions },
    permissions,
    expires_at: session.expiresAt.toISOString(),
    ...(session.createdAt === null ? {} : { created_at: session.createdAt.toISOString() }),
    ...(session.sourceApp === null ? {} : { source_app: session.sourceApp }),
    ...(session.payload === null ? {} : { event_data: session.payload }),
  };
}

import { CrossAppError } from './errors.js';
import type { CrossAppErrorCode } from './errors.js';
import type { CrossAppAccount, CrossAppUser, JsonValue, Redemption } from './sessions.js';
import { parseToken } from './token.js';

/** Where the issuer's calls are, below the path it is mounted at (`/api/cross-app`). */
export const ISSUER_PATHS = {
  generateSession: '/generate-session',
  validateSession: '/validate-session',
} as const;

/** The header by which a target app proves itself. */
export const SHARED_SECRET_HEADER = 'x-shared-secret';

/** The header that can carry a token. */
export const SESSION_TOKEN_HEADER = 'x-session-token';

/** Body of `POST /generate-session`; the user's sign-in is in the `Authorization` header. */
export interface GenerateSessionRequest {
  readonly account_id?: string | number | null;
  readonly target_app?: string;
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
  /** Only when the source app sent something along. */
  readonly event_data?: JsonValue;
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
    ...(session.payload === null ? {} : { event_data: session.payload }),
  };
}

/**
 * Reads a `validate-session` reply that came for `targetApp`. The wire names neither the source app nor
 * the account's name, so these are null.
 *
 * @throws CrossAppError `store_unavailable` for anything that is not such a reply: nobody is signed in on a guess.
 */
export function readValidateSessionReply(body: unknown, targetApp: string): Redemption {
  const reply = record(body);
  if (reply['valid'] !== true) throw unreadable('valid');
  const user: CrossAppUser = {
    id: text(reply, 'user_id'),
    email: text(reply, 'email'),
    name: text(reply, 'name'),
  };
  const accountId = reply['account_id'] === null ? null : text(reply, 'account_id');
  const account: CrossAppAccount | null =
    accountId === null ? null : { id: accountId, name: null, slug: null };
  const session = {
    userId: user.id,
    accountId,
    sourceApp: null,
    targetApp,
    expiresAt: instant(reply, 'expires_at'),
    permissions: texts(reply, 'permissions'),
    payload: (reply['event_data'] ?? null) as JsonValue,
  };
  return { session, user, account };
}

/** Reads a `generate-session` reply, with the same care as {@link readValidateSessionReply}. */
export function readGenerateSessionReply(body: unknown): {
  token: string;
  expiresAt: Date;
  accountId: string | null;
} {
  const reply = record(body);
  const token = text(reply, 'session_token');
  if (parseToken(token) === undefined) throw unreadable('session_token');
  return {
    token,
    expiresAt: instant(reply, 'expires_at'),
    accountId: (reply['account_id'] ?? null) === null ? null : text(reply, 'account_id'),
  };
}

function unreadable(field: string): CrossAppError {
  return new CrossAppError('store_unavailable', {
    cause: new TypeError(`the issuer's reply has no usable ${field}`),
  });
}

function record(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw unreadable('JSON object');
  return body as Readonly<Record<string, unknown>>;
}

function text(reply: Readonly<Record<string, unknown>>, field: string): string {
  const value = reply[field];
  if (typeof value !== 'string' || value === '') throw unreadable(field);
  return value;
}

function texts(reply: Readonly<Record<string, unknown>>, field: string): readonly string[] {
  const value = reply[field];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw unreadable(field);
  return value;
}

// Without a zone, `Date` would read it in the zone of this machine.
const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function instant(reply: Readonly<Record<string, unknown>>, field: string): Date {
  const said = text(reply, field);
  const value = new Date(said);
  if (!ISO_INSTANT.test(said) || Number.isNaN(value.getTime())) throw unreadable(field);
  return value;
}

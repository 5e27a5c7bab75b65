import { CrossAppError } from './errors.js';
import type { CrossAppAccount, CrossAppUser, JsonValue, Redemption } from './sessions.js';
import { parseToken } from './token.js';
import type { WireAccount } from './wire.js';

/**
 * Reads a `validate-session` reply that came for `targetApp`. The wire does not name the account, so its name is
 * null; issuers of earlier versions say neither which app issued the token nor when.
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
    sourceApp: (reply['source_app'] ?? null) === null ? null : text(reply, 'source_app'),
    targetApp,
    expiresAt: instant(reply, 'expires_at'),
    createdAt: (reply['created_at'] ?? null) === null ? null : instant(reply, 'created_at'),
    permissions: texts(reply, 'permissions'),
    payload: (reply['event_data'] ?? null) as JsonValue,
  };
  return { session, user, account };
}

/** The token of a `generate-session` reply, for whoever passes it on at once and reads nothing else. */
export function readSessionToken(body: unknown): string {
  const token = text(record(body), 'session_token');
  if (parseToken(token) === undefined) throw unreadable('session_token');
  return token;
}

/** Reads a `generate-session` reply, with the same care as {@link readValidateSessionReply}. */
export function readGenerateSessionReply(body: unknown): {
  token: string;
  expiresAt: Date;
  accountId: string | null;
} {
  const reply = record(body);
  return {
    token: readSessionToken(reply),
    expiresAt: instant(reply, 'expires_at'),
    accountId: (reply['account_id'] ?? null) === null ? null : text(reply, 'account_id'),
  };
}

/** Reads a `user-accounts` reply, with the same care as {@link readValidateSessionReply}. */
export function readUserAccountsReply(body: unknown): readonly WireAccount[] {
  const accounts = record(body)['accounts'];
  if (!Array.isArray(accounts)) throw unreadable('accounts');
  return accounts.map((each: unknown) => {
    const account = record(each);
    const slug = account['slug'] ?? null;
    if (slug !== null && typeof slug !== 'string') throw unreadable('slug');
    return { id: text(account, 'id'), name: text(account, 'name'), slug };
  });
}

/** Reads a `validate-permission` reply, with the same care as {@link readValidateSessionReply}. */
export function readValidatePermissionReply(body: unknown): boolean {
  const said = record(body)['has_permission'];
  if (typeof said !== 'boolean') throw unreadable('has_permission');
  return said;
}

/** Reads a `revoke-sessions` reply, with the same care as {@link readValidateSessionReply}. */
export function readRevokeSessionsReply(body: unknown): number {
  const revoked = record(body)['revoked'];
  if (typeof revoked !== 'number' || !Number.isSafeInteger(revoked) || revoked < 0)
    throw unreadable('revoked');
  return revoked;
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

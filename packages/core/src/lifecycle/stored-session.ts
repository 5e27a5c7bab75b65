import type { CrossAppSessionData, JsonValue, Redemption } from '@cross-app/protocol';
import type { Row } from '../database.js';
import type { SqlNames } from '../options.js';

/** A cross-app session as the database has it. */
export interface StoredSession extends CrossAppSessionData {
  readonly id: string;
  readonly sourceApp: string;
  readonly createdAt: Date;
  /** Null until it is redeemed. */
  readonly usedAt: Date | null;
  /** Null until it is redeemed. */
  readonly redemptionId: string | null;
}

/** The select list that {@link toStoredSession} reads, of the session row called `alias`. */
export function sessionColumns(alias: string): string {
  const instant = (column: string): string => `extract(epoch FROM ${alias}.${column}) AS ${column}`;
  const plain = [
    'id',
    'user_id',
    'account_id',
    'source_app',
    'target_app',
    'redemption_id',
    'permissions',
    'payload',
  ];
  return [
    ...plain.map((column) => `${alias}.${column}`),
    ...['expires_at', 'created_at', 'used_at'].map(instant),
  ].join(', ');
}

/** The select list that {@link toRedemption} reads beside the session's, of `u` and `a` in {@link joinPeople}. */
export function peopleColumns({ accounts, user, account }: SqlNames): string {
  const ofAccount =
    accounts === null
      ? 'NULL AS found_account_id, NULL AS account_name, NULL AS account_slug'
      : `a.${account.id} AS found_account_id, a.${account.name} AS account_name, a.${account.slug} AS account_slug`;
  return `u.${user.id} AS found_user_id, u.${user.email} AS email, u.${user.name} AS name, ${ofAccount}`;
}

/** Joins the host's user and account to the session row called `alias`. */
export function joinPeople(names: SqlNames, alias: string): string {
  const { users, accounts, user, account } = names;
  const users_ = `LEFT JOIN ${users} u ON u.${user.id} = ${alias}.user_id`;
  return accounts === null
    ? users_
    : `${users_} LEFT JOIN ${accounts} a ON a.${account.id} = ${alias}.account_id`;
}

/** True in SQL when the session's user, and its account if it names one, are still there. */
export function peopleExist({ accounts, user, account }: SqlNames, alias: string): string {
  const accountExists = accounts === null ? '' : ` OR a.${account.id} IS NOT NULL`;
  return `u.${user.id} IS NOT NULL AND (${alias}.account_id IS NULL${accountExists})`;
}

export function toStoredSession(row: Row): StoredSession {
  return {
    id: text(row, 'id'),
    userId: text(row, 'user_id'),
    accountId: optional(row, 'account_id'),
    sourceApp: text(row, 'source_app'),
    targetApp: text(row, 'target_app'),
    expiresAt: instant(text(row, 'expires_at')),
    createdAt: instant(text(row, 'created_at')),
    usedAt: optionalInstant(row, 'used_at'),
    redemptionId: optional(row, 'redemption_id'),
    permissions: json(row, 'permissions', []),
    payload: json<JsonValue>(row, 'payload', null),
  };
}

export function toRedemption(row: Row): Redemption<StoredSession> {
  const session = toStoredSession(row);
  const email = text(row, 'email');
  const user = { id: session.userId, email, name: optional(row, 'name') ?? email };
  const { accountId } = session;
  const account =
    accountId === null
      ? null
      : { id: accountId, name: optional(row, 'account_name'), slug: optional(row, 'account_slug') };
  return { session, user, account };
}

/**
 * Seconds since 1970, as PostgreSQL's `extract(epoch …)` writes them, to a Date. Microseconds are cut off and never
 * rounded up: what happened before a revocation must not seem to have happened after it.
 */
export function instant(epochSeconds: string): Date {
  return new Date(Math.floor(Math.round(Number(epochSeconds) * 1_000_000) / 1000));
}

export function optionalInstant(row: Row, column: string): Date | null {
  const value = optional(row, column);
  return value === null ? null : instant(value);
}

export function text(row: Row, column: string): string {
  const value = optional(row, column);
  if (value === null) throw new TypeError(`column ${column} must not be null`);
  return value;
}

function optional(row: Row, column: string): string | null {
  return row[column] ?? null;
}

function json<Value>(row: Row, column: string, otherwise: Value): Value {
  const value = optional(row, column);
  return value === null ? otherwise : (JSON.parse(value) as Value);
}

import type { Knex } from 'knex';
import { parseToken } from '@cross-app/protocol';
import type { Row } from '../database.js';
import { instant, optionalInstant, text } from '../lifecycle/stored-session.js';
import { hashToken } from '../token-hash.js';
import { inTransaction } from './batches.js';
import { readEpoch } from './read-epoch.js';
import { findTables } from './tables.js';
import type { MaintainedTables, TableChoice } from './tables.js';

/**
 * What a redeem would find, by the database's clock. `superseded`: issued before a failover or a restore, so that it is
 * refused unless an app has `epoch: 'none'`; `orphaned`: alive, but refused, for its user or account is not
 * there; `unknown`: no row has it; `malformed`: it is no token, and nothing was asked.
 */
export type TokenState =
  'redeemable' | 'used' | 'revoked' | 'expired' | 'superseded' | 'orphaned' | 'unknown' | 'malformed';

/** What {@link describeToken} tells. */
export interface TokenDescription {
  readonly state: TokenState;
  /** Null for one that is unknown or malformed. */
  readonly session: DescribedSession | null;
}

/** The row of a token. Its payload and its hash are left out. */
export interface DescribedSession {
  readonly id: string;
  /** Nobody redeems what is in the archive. */
  readonly table: 'sessions' | 'archive';
  readonly userId: string;
  /** Null where the user is not there any more, or has no such column. */
  readonly email: string | null;
  /** Likewise. */
  readonly name: string | null;
  readonly accountId: string | null;
  /** Null where there is no such account, or no such column. */
  readonly accountName: string | null;
  readonly sourceApp: string;
  readonly targetApp: string;
  /** Whether it was issued for one browser, which alone has the verifier. */
  readonly isBound: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
  /** How often somebody tried to redeem it once it was used. */
  readonly replays: number;
  /** Of whom it was issued to. */
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  /** Of whom it was redeemed by. */
  readonly redeemedUserAgent: string | null;
  readonly redeemedIp: string | null;
}

/**
 * Says what has become of a token, for an operator: also when it is used, revoked, expired or archived, whomever it
 * is for, and whether or not it is bound to a browser. Reads only. Apps ask `inspect` instead, which answers who may
 * redeem it and nobody else.
 *
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { state, session } = await describeToken(knex, token);
 * if (state === 'used') console.log(session?.usedAt, session?.redeemedIp);
 */
export async function describeToken(
  knex: Knex,
  token: string,
  choice: TableChoice = {},
): Promise<TokenDescription> {
  const parsed = parseToken(token);
  if (parsed === undefined) return { state: 'malformed', session: null };
  const row = await inTransaction(knex, async (trx) => {
    const tables = await findTables(trx, choice);
    const { epoch } = await readEpoch(trx);
    const { rows } = await trx.raw<{ rows: Row[] }>(await statement(trx, tables), {
      hash: hashToken(token),
      expires: parsed.expiresAtSeconds,
      epoch,
    });
    return rows[0];
  });
  return row === undefined
    ? { state: 'unknown', session: null }
    : { state: stateOf(row), session: toSession(row) };
}

function stateOf(row: Row): TokenState {
  if (row['revoked_at'] !== null) return 'revoked';
  if (row['used_at'] !== null) return 'used';
  if (row['is_alive'] !== 'true' || row['place'] !== 'sessions') return 'expired';
  if (row['is_superseded'] === 'true') return 'superseded';
  return row['people_exist'] === 'true' ? 'redeemable' : 'orphaned';
}

function toSession(row: Row): DescribedSession {
  const optional = (column: string): string | null => row[column] ?? null;
  return {
    id: text(row, 'id'),
    table: row['place'] === 'sessions' ? 'sessions' : 'archive',
    userId: text(row, 'user_id'),
    email: optional('email'),
    name: optional('name'),
    accountId: optional('account_id'),
    accountName: optional('account_name'),
    sourceApp: text(row, 'source_app'),
    targetApp: text(row, 'target_app'),
    isBound: row['is_bound'] === 'true',
    createdAt: instant(text(row, 'created_at')),
    expiresAt: instant(text(row, 'expires_at')),
    usedAt: optionalInstant(row, 'used_at'),
    revokedAt: optionalInstant(row, 'revoked_at'),
    replays: Number(text(row, 'replays')),
    userAgent: optional('user_agent'),
    ipAddress: optional('ip_address'),
    redeemedUserAgent: optional('redeemed_user_agent'),
    redeemedIp: optional('redeemed_ip'),
  };
}

const INSTANTS = ['created_at', 'expires_at', 'used_at', 'revoked_at'].map(
  (column) => `extract(epoch FROM found.${column})::text AS ${column}`,
);
const TEXTS = [
  ...['id', 'user_id', 'account_id', 'source_app', 'target_app', 'replays'],
  ...['user_agent', 'redeemed_user_agent', 'place', 'is_bound', 'is_alive', 'is_superseded'],
].map((column) => `found.${column}::text`);

const ROW = `id, user_id, account_id, source_app, target_app, replays, created_at, expires_at, used_at, revoked_at,
  user_agent, ip_address, redeemed_user_agent, redeemed_ip, code_challenge IS NOT NULL AS is_bound,
  clock_timestamp() < expires_at AS is_alive, epoch <> :epoch::text AS is_superseded`;

// Everything as text, so that the host's type parsers do not touch it. Where a row is in both tables, by somebody's
// own SQL, the one that a redeem would find comes first.
async function statement(
  trx: Knex.Transaction,
  { sessions, archive, ...host }: MaintainedTables,
): Promise<string> {
  const users = await peopleIn(trx, host.users, 'user_id');
  const accounts = await peopleIn(trx, host.accounts, 'account_id');
  const key = 'token_hash = :hash AND expires_at = to_timestamp(:expires)';
  return `
SELECT ${[...TEXTS, ...INSTANTS].join(', ')},
       host(found.ip_address) AS ip_address, host(found.redeemed_ip) AS redeemed_ip,
       users.columns->>'email' AS email, users.columns->>'name' AS name, accounts.columns->>'name' AS account_name,
       (users.is_there AND (found.account_id IS NULL OR accounts.is_there))::text AS people_exist
FROM (
  SELECT 'sessions' AS place, ${ROW} FROM ${sessions} WHERE ${key}
  UNION ALL
  SELECT 'archive', ${ROW} FROM ${archive} WHERE ${key}
  LIMIT 1
) found, LATERAL (${users}) users, LATERAL (${accounts}) accounts`;
}

/**
 * SQL for one row: what is known of the host's row that `found` refers to. Its columns are the host's own, so they
 * are read as JSON, where one that is missing is null. Without foreign keys the table may be somewhere else.
 */
async function peopleIn(trx: Knex.Transaction, table: string | null, column: string): Promise<string> {
  const isReadable = table !== null && (await hasIds(trx, table));
  if (!isReadable) return 'SELECT true AS is_there, NULL::jsonb AS columns';
  return `
    SELECT there.id IS NOT NULL AS is_there, to_jsonb(there) AS columns
    FROM (SELECT) one LEFT JOIN ${table} there ON there.id = found.${column}`;
}

async function hasIds(trx: Knex.Transaction, table: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `SELECT FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'id'`,
    [table],
  );
  return rows.length > 0;
}

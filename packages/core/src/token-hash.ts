import { createHash, hash } from 'node:crypto';
import { MAX_TTL_SECONDS, parseToken } from '@cross-app/protocol';
import type { DatabaseClock } from './database-clock.js';

// The embedded expiry can be forged and this clock lags: what looks expired for less than this asks the database.
const SLACK_MS = 5 * 60 * 1000;

/** Lower-case hex SHA-256 of the whole token: the only form in which it is stored or sent to the database. */
export function hashToken(token: string): string {
  return hash('sha256', token);
}

/** Where the row of a token is. Both parts together are unique, and the second one names the partition. */
export type RowKey = readonly [tokenHash: string, expiresAtSeconds: number];

/** Where in SQL the two parts of a {@link RowKey} are. */
interface KeyInSql {
  readonly tokenHash: string;
  readonly expiresAt: string;
}

/**
 * {@link RowKey} in SQL: the condition on the row called `alias`, with the two parts as `$1` and `$2`, or elsewhere.
 *
 * The instant is there twice. That names the partition as well as once, and keeps the planner from going by expires_at:
 * where it believes that no two rows have the same, that index costs it less than the one of the hashes, and of each row
 * it would then read all of its second. Two ways into an index cost it more than one, whatever it knows of the table.
 */
export function isKeyed(alias: string, { tokenHash, expiresAt }: KeyInSql = FIRST_VALUES): string {
  const own = `${alias}.expires_at`;
  return `${alias}.token_hash = ${tokenHash} AND (${own} = ${expiresAt} OR ${own} BETWEEN ${expiresAt} AND ${expiresAt})`;
}

/**
 * {@link RowKey} in SQL, for a statement that locks or changes rows of several keys: the key is in another row, and all
 * instants are between the two that are values of the statement.
 *
 * Only those two name partitions, for they are known before the first row is. PostgreSQL 18.4 crashes where it finds the
 * partition by another row and then has to look at a row again that somebody has changed meanwhile. By IS NOT DISTINCT
 * FROM, which is the equality all the same, it finds none. The range is there in two spellings for the reason above.
 */
export function isKeyedWithin(
  alias: string,
  { tokenHash, expiresAt }: KeyInSql,
  [from, to]: readonly [from: string, to: string],
): string {
  const own = `${alias}.expires_at`;
  return `${alias}.token_hash = ${tokenHash} AND ${own} IS NOT DISTINCT FROM ${expiresAt}
    AND (${own} BETWEEN to_timestamp(${from}) AND to_timestamp(${to})
      OR ${own} IN (to_timestamp(${from}), to_timestamp(${to})))`;
}

const FIRST_VALUES: KeyInSql = { tokenHash: '$1', expiresAt: 'to_timestamp($2)' };

/**
 * In SQL: the two rows are one, by a key that names its partition, for joins of many rows. The range does so as well as
 * an equality would, and keeps the planner from going by expires_at where it believes that no two rows have the same.
 */
export function isSameRow(one: string, other: string): string {
  return `${one}.token_hash = ${other}.token_hash AND ${one}.id = ${other}.id
    AND ${one}.expires_at BETWEEN ${other}.expires_at AND ${other}.expires_at`;
}

/** Where to look for a presented token, or why it is refused before any query. */
export function findKey(token: string, clock: DatabaseClock): RowKey | 'token_malformed' | 'token_expired' {
  const parsed = parseToken(token);
  if (parsed === undefined) return 'token_malformed';
  const { expiresAtSeconds } = parsed;
  const nowMs = clock.nowMs();
  const isLongPast = nowMs !== undefined && expiresAtSeconds * 1000 + SLACK_MS < nowMs;
  return isLongPast ? 'token_expired' : [hashToken(token), expiresAtSeconds];
}

/**
 * Between which seconds to look for the rows of several presented tokens. A token may say that it expires in a thousand
 * years: it has no row there, or one that is found by itself.
 */
export function expiryRange(keys: readonly RowKey[], clock: DatabaseClock): [from: number, to: number] {
  const nowMs = clock.nowMs();
  if (nowMs !== undefined) return [(nowMs - SLACK_MS) / 1000, (nowMs + SLACK_MS) / 1000 + MAX_TTL_SECONDS];
  const expiries = keys.map(([, expiresAtSeconds]) => expiresAtSeconds);
  return [Math.min(...expiries), Math.max(...expiries)];
}

/** RFC 7636, section 4.2: the S256 challenge of a verifier. */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');
}

import { createHash } from 'node:crypto';
import { parseToken } from '@cross-app/protocol';
import type { DatabaseClock } from './database-clock.js';

// The embedded expiry can be forged and this clock lags: what looks expired for less than this asks the database.
const SLACK_MS = 5 * 60 * 1000;

/** Lower-case hex SHA-256 of the whole token: the only form in which it is stored or sent to the database. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Where the row of a token is. Both parts together are unique, and the second one names the partition. */
export type RowKey = readonly [tokenHash: string, expiresAtSeconds: number];

/** {@link RowKey} in SQL: the condition on the row called `alias`, with the two parts as `$1` and `$2`. */
export function isKeyed(alias: string): string {
  return `${alias}.token_hash = $1 AND ${alias}.expires_at = to_timestamp($2)`;
}

/**
 * In SQL: the two rows are one, by a key that names its partition. The range does so as well as an equality would, and
 * keeps the planner from going by expires_at where it believes that no two rows have the same: of each row it would
 * then read all of its second.
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

/** RFC 7636, section 4.2: the S256 challenge of a verifier. */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');
}

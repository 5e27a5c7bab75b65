import { createHash } from 'node:crypto';
import { parseToken } from '@cross-app/protocol';
import type { DatabaseClock } from './database-clock.js';

// The embedded expiry can be forged and this clock lags: what looks expired for less than this asks the database.
const SLACK_MS = 5 * 60 * 1000;

/** Lower-case hex SHA-256 of the whole token: the only form in which it is stored or sent to the database. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Why a presented token is refused before any query, or undefined when the database has to decide. */
export function reasonWithoutQuery(
  token: string,
  clock: DatabaseClock,
): 'token_malformed' | 'token_expired' | undefined {
  const parsed = parseToken(token);
  if (parsed === undefined) return 'token_malformed';
  const nowMs = clock.nowMs();
  const isLongPast = nowMs !== undefined && parsed.expiresAtSeconds * 1000 + SLACK_MS < nowMs;
  return isLongPast ? 'token_expired' : undefined;
}

/** RFC 7636, section 4.2: the S256 challenge of a verifier. */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');
}

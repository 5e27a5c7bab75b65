import { parseToken } from '@cross-app/protocol';
import type { RevokeFilter, RevokeScope } from '@cross-app/protocol';
import { invalid, readAppId, readId } from '../arguments.js';
import { isUnknownId } from '../sql-state.js';
import type { Values } from '../database.js';
import { recordRevocation } from '../revocations/record.js';
import type { RecordedRevocation } from '../revocations/record.js';
import { DURABLE } from '../store.js';
import type { Store } from '../store.js';
import { hashToken, isKeyed } from '../token-hash.js';
import type { RowKey } from '../token-hash.js';
import { text } from './stored-session.js';
import { readFilter, refuseUnknownConditions, typedIds } from './revoke-filter.js';

/** Prepares the verb `revoke`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRevoke(store: Store): (token: string, scope?: RevokeScope) => Promise<void> {
  const revoke = prepareRevokeRow(store, IN_SCOPE);

  return async function revokeToken(token, scope = {}) {
    const limits = readScope(scope);
    // RFC 7009: who revokes what was never a token has what they want.
    const parsed = parseToken(token);
    if (parsed === undefined) return;
    await revoke([hashToken(token), parsed.expiresAtSeconds], limits);
  };
}

/**
 * Prepares to revoke the row of a key, if it fulfils the condition, which may have values from `$3` on. Says whether it
 * became revoked.
 */
export function prepareRevokeRow(
  store: Store,
  condition = 'true',
): (key: RowKey, values?: Values) => Promise<boolean> {
  const revocation = OF_ONE_TOKEN;
  const statement = { condition: `${isKeyed('s')} AND ${condition}`, known: isKeyed('t'), revocation };
  return async (key, values = []) => {
    const sessionIds = await runRevoke(store, statement, [...key, ...values]);
    if (sessionIds.length > 0) store.events.emit('revoked', { type: 'revoked', sessionIds });
    return sessionIds.length > 0;
  };
}

/** Prepares the verb `revokeAll`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRevokeAll(store: Store): (filter: RevokeFilter) => Promise<number> {
  return async function revokeAll(filter) {
    const { values, ...statement } = readFilter(filter);
    const sessionIds = await runRevoke(store, statement, values);
    if (sessionIds.length > 0) store.events.emit('revoked', { type: 'revoked', sessionIds, filter });
    return sessionIds.length;
  };
}

/** The ids of the sessions that became revoked. */
async function runRevoke(store: Store, statement: RevokeStatement, values: Values): Promise<string[]> {
  const { database, names, revocations } = store;
  try {
    // Without the migration there is no guard that could ask: then the rows alone are revoked, as before it.
    const list = (await revocations.exists()) ? revocations.name : null;
    const rows = await database.runAgainIfCut(revokeStatement(names.sessions, list, statement), values);
    return rows.map((row) => text(row, 'id'));
  } catch (error) {
    // Nobody has an id that is not of the column's type. Which texts are differs between versions.
    if (isUnknownId(error)) return [];
    revocations.forget();
    throw error;
  }
}

// A token that is not used has made no sign-in, and makes none any more: the lock on its row decides between this and a
// redeem under way. One that is, has; and its hash names that one sign-in. The instant is only there because each
// revocation has one: a target app to which the wire says no better takes its own clock's, which may be ahead.
const OF_ONE_TOKEN: RecordedRevocation = {
  columns: {
    token_hash: 'doomed.token_hash',
    target_app: 'doomed.target_app',
    issued_before: "greatest(now(), doomed.expires_at) + interval '1 day'",
  },
  from: 'FROM doomed WHERE doomed.used_at IS NOT NULL',
};

// One statement for every scope: a part that is not given is null, and matches all. The user's id is there twice for
// the reason that readFilter gives.
const IN_SCOPE = `($4::text IS NULL OR (s.user_id = $3 AND lower(s.user_id::text) = lower($4)))
    AND ($5::text IS NULL OR s.target_app = $5)`;

function readScope(scope: RevokeScope | null): Values {
  // A scope that is none must not become "no scope".
  if (typeof scope !== 'object' || scope === null) throw invalid('The scope of revoke must be an object.');
  refuseUnknownConditions('revoke', scope, ['userId', 'targetApp']);
  const userId = scope.userId === undefined ? null : readId('userId', scope.userId);
  const targetApp = scope.targetApp === undefined ? null : readAppId('targetApp', scope.targetApp);
  return [userId, userId, targetApp];
}

interface RevokeStatement {
  /** On the row `s`. */
  readonly condition: string;
  /** What is known of the row `t` that is written, which spares a generic plan the partitions it cannot be in. */
  readonly known?: string;
  readonly revocation: RecordedRevocation;
}

// Rows are locked in the order of their ids, so that two of these never wait for each other in a circle, and a
// redeem under way is waited for: whoever it signed in is found revoked afterwards.
//
// listed  is one statement with the UPDATE: whoever reads one of the two as done has the other one too.
// UPDATE  is the statement itself and no part of WITH, and nothing reads what `listed` returns. With the two writes and
//         a query of both in WITH, PostgreSQL 18.4 crashed when a restore changed the same rows meanwhile.
function revokeStatement(
  sessions: string,
  revocations: string | null,
  { condition, known = 'true', revocation }: RevokeStatement,
): string {
  const listed =
    revocations === null ? '' : `, listed AS (\n  ${recordRevocation(revocations, revocation)}\n)`;
  return `
WITH rules AS MATERIALIZED (
  SELECT ${DURABLE}
), typed AS (
  ${typedIds(sessions)}
), doomed AS MATERIALIZED (
  SELECT s.id, s.token_hash, s.expires_at, s.created_at, s.used_at, s.target_app
  FROM ${sessions} s, rules
  WHERE rules.durable IS NOT NULL
    AND s.revoked_at IS NULL
    AND ${condition}
  ORDER BY s.id
  FOR UPDATE OF s
)${listed}
UPDATE ${sessions} t
SET revoked_at = now()
FROM doomed
WHERE t.token_hash = doomed.token_hash AND t.expires_at = doomed.expires_at AND t.id = doomed.id
  AND ${known}
RETURNING t.id`;
}

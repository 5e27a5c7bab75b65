import { parseToken } from '@cross-app/protocol';
import type { RevokeFilter, RevokeScope } from '@cross-app/protocol';
import { invalid, readAppId, readId, readInstant } from '../arguments.js';
import { isUnknownId } from '../database.js';
import type { Values } from '../database.js';
import type { SqlNames } from '../options.js';
import { DURABLE } from '../store.js';
import type { Store } from '../store.js';
import { hashToken, isKeyed } from '../token-hash.js';
import type { RowKey } from '../token-hash.js';
import { text } from './stored-session.js';

/** Prepares the verb `revoke`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRevoke(store: Store): (token: string, scope?: RevokeScope) => Promise<void> {
  const statement = revokeStatement(store.names, `${isKeyed('s')} AND ${IN_SCOPE}`, isKeyed('t'));

  return async function revoke(token, scope = {}) {
    const limits = readScope(scope);
    // RFC 7009: who revokes what was never a token has what they want.
    const parsed = parseToken(token);
    if (parsed === undefined) return;
    const key: RowKey = [hashToken(token), parsed.expiresAtSeconds];
    const sessionIds = await runRevoke(store, statement, [...key, ...limits]);
    if (sessionIds.length > 0) store.events.emit('revoked', { sessionIds });
  };
}

/** Prepares the verb `revokeAll`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRevokeAll(store: Store): (filter: RevokeFilter) => Promise<number> {
  return async function revokeAll(filter) {
    const { condition, values } = readFilter(filter);
    const sessionIds = await runRevoke(store, revokeStatement(store.names, condition), values);
    if (sessionIds.length > 0) store.events.emit('revoked', { sessionIds, filter });
    return sessionIds.length;
  };
}

/** The ids of the sessions that became revoked. */
async function runRevoke({ database }: Store, statement: string, values: Values): Promise<string[]> {
  try {
    return (await database.runAgainIfCut(statement, values)).map((row) => text(row, 'id'));
  } catch (error) {
    // Nobody has an id that is not of the column's type. Which texts are differs between versions.
    if (isUnknownId(error)) return [];
    throw error;
  }
}

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

const FILTER_CONDITIONS = ['userId', 'accountId', 'sourceApp', 'targetApp', 'issuedBefore', 'all'];

// Ids are compared in their own type, for the index, and as text, for '0x10' is 16 to PostgreSQL.
export function readFilter(filter: RevokeFilter): { condition: string; values: Values } {
  refuseUnknownConditions('revokeAll', filter, FILTER_CONDITIONS);
  const { userId, accountId, sourceApp, targetApp, issuedBefore } = filter;
  const terms: string[] = [];
  const values: string[] = [];
  const require = (term: string, ...given: string[]): void => {
    terms.push(given.reduce((sql, value) => sql.replace('?', `$${values.push(value)}`), term));
  };
  const id = (column: string, value: string): void => {
    require(`s.${column} = ? AND lower(s.${column}::text) = lower(?)`, value, value);
  };
  if (userId !== undefined) id('user_id', readId('userId', userId));
  if (accountId !== undefined) id('account_id', readId('accountId', accountId));
  if (sourceApp !== undefined) require('s.source_app = ?', readAppId('sourceApp', sourceApp));
  if (targetApp !== undefined) require('s.target_app = ?', readAppId('targetApp', targetApp));
  if (issuedBefore !== undefined) require('s.created_at < ?', readInstant('issuedBefore', issuedBefore));
  if (terms.length === 0 && filter.all !== true) {
    throw invalid('revokeAll needs something to go by, or { all: true } for every session.');
  }
  return { condition: terms.length === 0 ? 'true' : terms.join(' AND '), values };
}

// A misspelt condition must not become "no condition".
function refuseUnknownConditions(verb: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`${verb} cannot go by ${unknown}; it takes ${known.join(', ')}.`);
}

// Rows are locked in the order of their ids, so that two of these never wait for each other in a circle, and a
// redeem under way is waited for: whoever it signed in is found revoked afterwards. What is known of the row `t` that
// is written spares a generic plan the partitions that it cannot be in.
function revokeStatement(names: SqlNames, condition: string, known = 'true'): string {
  return `
WITH rules AS MATERIALIZED (
  SELECT ${DURABLE}
), doomed AS MATERIALIZED (
  SELECT s.id, s.token_hash, s.expires_at
  FROM ${names.sessions} s, rules
  WHERE rules.durable IS NOT NULL
    AND s.revoked_at IS NULL
    AND ${condition}
  ORDER BY s.id
  FOR UPDATE OF s
)
UPDATE ${names.sessions} t
SET revoked_at = now()
FROM doomed
WHERE t.token_hash = doomed.token_hash AND t.expires_at = doomed.expires_at AND t.id = doomed.id
  AND ${known}
RETURNING t.id`;
}

import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import type { Row, Values } from '../database.js';
import type { RejectedEvent } from '../events.js';
import type { SqlNames } from '../options.js';
import type { Store } from '../store.js';
import { isKeyed } from '../token-hash.js';
import type { RowKey } from '../token-hash.js';
import type { Attempt } from './attempt.js';
import { prepareReplay, sameClient } from './replay.js';
import type { Replay } from './replay.js';
import { joinPeople, optionalInstant, peopleColumns, peopleExist, sessionColumns } from './stored-session.js';

/**
 * Prepares the second query, which runs only when a redeem got no row: it says why, and counts a replay. What is made
 * of a replay is in replay.ts.
 */
export function prepareExplainRefusal(
  store: Store,
): (key: RowKey, attempt: Attempt) => Promise<CrossAppError> {
  const statement = countingStatement(store.names);
  const answerReplay = prepareReplay(store);

  return async function explainRefusal(key, attempt) {
    const { targetApp, codeChallenge, redemptionId, userAgent, ipAddress } = attempt;
    const values = [...key, targetApp, codeChallenge, redemptionId, userAgent, ipAddress];
    const row = await findRow(store, statement, values);
    const reason = reasonToRefuse(row, attempt);
    // Nothing speaks against it now, so something was in the way then. The same redemption id may try again.
    if (reason === undefined) {
      return new CrossAppError('store_unavailable', {
        cause: new RangeError('refused, then found redeemable'),
      });
    }
    if (reason !== 'token_used' || row === undefined) return refuse(store, attempt, { reason, row });
    const replay = await answerReplay(key, row, attempt);
    const refusal = refuse(store, attempt, { reason, row, replay });
    // Who was to be signed out may still be signed in: that must not look like a refusal that is done with.
    if (replay.failure !== undefined) throw replay.failure;
    return refusal;
  };
}

/** Prepares a read of everything that decides about a token, by PostgreSQL's clock. */
export function prepareLookUp(store: Store): (key: RowKey) => Promise<Row | undefined> {
  const statement = lookUpStatement(store.names);
  return (key) => findRow(store, statement, key);
}

async function findRow(store: Store, statement: string, values: Values): Promise<Row | undefined> {
  const [row] = await store.database.runAgainIfCut(statement, values);
  if (row !== undefined) store.clock.learn(row);
  return row;
}

/**
 * Why this attempt cannot redeem this row, or undefined if it can. Wrong proofs come before the state of the
 * token: only who has the right target and verifier counts as a replay.
 */
export function reasonToRefuse(row: Row | undefined, attempt: Attempt): CrossAppErrorCode | undefined {
  if (row?.['people_exist'] !== 't') return 'token_unknown';
  if (row['target_app'] !== attempt.targetApp) return 'target_mismatch';
  if (row['code_challenge'] !== attempt.codeChallenge) return 'verifier_mismatch';
  if (row['revoked_at'] !== null) return 'token_revoked';
  if (row['used_at'] === null) return row['is_alive'] === 't' ? undefined : 'token_expired';
  if (row['redemption_id'] === null || row['redemption_id'] !== attempt.redemptionId) return 'token_used';
  return row['is_retryable'] === 't' ? undefined : 'token_expired';
}

/** Tells the listeners, and makes the error whose cause says why while its message does not. */
export function refuse(
  { events }: Store,
  attempt: Attempt,
  { reason, row, replay }: { reason: CrossAppErrorCode; row?: Row | undefined; replay?: Replay },
): CrossAppError {
  const sessionId = row?.['id'] ?? null;
  const { verb, targetApp, userAgent, ipAddress } = attempt;
  const rejected: RejectedEvent = { verb, reason, sessionId, targetApp, userAgent, ipAddress };
  events.emit('rejected', rejected);

  const usedAt = row === undefined ? null : optionalInstant(row, 'used_at');
  if (replay !== undefined && sessionId !== null && usedAt !== null) {
    const { client, sessionRevoked } = replay;
    events.emit('replayed', { ...rejected, sessionId, usedAt, client, sessionRevoked });
  }
  return new CrossAppError(reason, { cause: rejected });
}

function lookUpStatement(names: SqlNames): string {
  return `
SELECT ${sessionColumns('s')}, s.code_challenge, s.revoked_at, s.redeemed_user_agent, s.redeemed_ip,
       ${peopleColumns(names)},
       ${peopleExist(names, 's')} AS people_exist,
       clock.now < s.expires_at AS is_alive,
       clock.now < s.expires_at + interval '60 seconds' AS is_retryable,
       extract(epoch FROM clock.now) AS now
FROM ${names.sessions} s CROSS JOIN (SELECT clock_timestamp() AS now) clock ${joinPeople(names, 's')}
WHERE ${isKeyed('s')}`;
}

// The count is for statistics. It is not worth a wait for a standby, and a flood of replays not worth a sync each.
function countingStatement(names: SqlNames): string {
  return `
WITH found AS MATERIALIZED (
  SELECT found.*, set_config('synchronous_commit', 'off', true) AS not_durable FROM (${lookUpStatement(names)}) found
), counted AS (
  UPDATE ${names.sessions} t SET replays = least(t.replays, 2147483646) + 1
  FROM found
  WHERE ${isKeyed('t')} AND t.id = found.id
    AND found.not_durable IS NOT NULL
    AND found.people_exist AND found.target_app = $3 AND found.code_challenge IS NOT DISTINCT FROM $4
    AND found.revoked_at IS NULL AND found.used_at IS NOT NULL AND found.redemption_id IS DISTINCT FROM $5::uuid
)
SELECT found.*, ${sameClient('found', '$6', '$7')} FROM found`;
}

import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import type { Row } from '../database.js';
import type { RejectedEvent } from '../events.js';
import type { SqlNames } from '../options.js';
import type { Store } from '../store.js';
import { joinPeople, optionalInstant, peopleColumns, peopleExist, sessionColumns } from './stored-session.js';

/** Who asks, with which proofs, as both `redeem` and `inspect` see it. */
export interface Attempt {
  readonly verb: 'redeem' | 'inspect';
  readonly targetApp: string;
  readonly codeChallenge: string | null;
  readonly redemptionId: string | null;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
}

/** Prepares the second query, which runs only when a redeem got no row. */
export function prepareExplainRefusal(
  store: Store,
): (tokenHash: string, attempt: Attempt) => Promise<CrossAppError> {
  const lookUp = prepareLookUp(store);

  return async function explainRefusal(tokenHash, attempt) {
    const row = await lookUp(tokenHash);
    const reason = reasonToRefuse(row, attempt);
    // Nothing speaks against it now, so something was in the way then. The same redemption id may try again.
    if (reason === undefined) {
      return new CrossAppError('store_unavailable', {
        cause: new RangeError('refused, then found redeemable'),
      });
    }
    return refuse(store, attempt, { reason, row });
  };
}

/** Prepares a read of everything that decides about a token, by PostgreSQL's clock. */
export function prepareLookUp(store: Store): (tokenHash: string) => Promise<Row | undefined> {
  const statement = lookUpStatement(store.names);

  return async function lookUp(tokenHash) {
    const [row] = await store.database.runAgainIfCut(statement, [tokenHash]);
    if (row !== undefined) store.clock.learn(row);
    return row;
  };
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
  { reason, row }: { reason: CrossAppErrorCode; row?: Row | undefined },
): CrossAppError {
  const sessionId = row?.['id'] ?? null;
  const { verb, targetApp, userAgent, ipAddress } = attempt;
  const rejected: RejectedEvent = { verb, reason, sessionId, targetApp, userAgent, ipAddress };
  events.emit('rejected', rejected);

  const usedAt = row === undefined ? null : optionalInstant(row, 'used_at');
  if (reason === 'token_used' && verb === 'redeem' && sessionId !== null && usedAt !== null) {
    events.emit('replayed', { ...rejected, sessionId, usedAt });
  }
  return new CrossAppError(reason, { cause: rejected });
}

function lookUpStatement(names: SqlNames): string {
  return `
SELECT ${sessionColumns('s')}, s.code_challenge, s.revoked_at, ${peopleColumns(names)},
       ${peopleExist(names, 's')} AS people_exist,
       clock.now < s.expires_at AS is_alive,
       clock.now < s.expires_at + interval '60 seconds' AS is_retryable,
       extract(epoch FROM clock.now) AS now
FROM ${names.sessions} s CROSS JOIN (SELECT clock_timestamp() AS now) clock ${joinPeople(names, 's')}
WHERE s.token_hash = $1`;
}

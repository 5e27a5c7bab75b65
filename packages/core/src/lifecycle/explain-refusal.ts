import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import type { Row, Values } from '../database.js';
import { isOfThisEpoch, thisEpoch } from '../epoch.js';
import type { RejectedEvent } from '../events.js';
import { gather } from '../gather.js';
import type { Gathered } from '../gather.js';
import type { Epoch, SqlNames } from '../options.js';
import { columnsOf, inOrder, prepared } from '../statement.js';
import { NO_LONG_WAIT } from '../store.js';
import type { Store } from '../store.js';
import { isKeyed } from '../token-hash.js';
import type { RowKey } from '../token-hash.js';
import { PRESENTED, PRESENTED_KEY, valuesOf } from './attempt.js';
import type { Attempt, Presented } from './attempt.js';
import { prepareReplay, sameClient } from './replay.js';
import type { Replay } from './replay.js';
import { joinPeople, optionalInstant, peopleColumns, peopleExist, sessionColumns } from './stored-session.js';

/**
 * Prepares the second query, which runs only when a redeem got no row: it says why, and counts a replay. What is made
 * of a replay is in replay.ts.
 */
export function prepareExplainRefusal(store: Store): (presented: Presented) => Promise<CrossAppError> {
  const find = prepareFind(store);
  const answerReplay = prepareReplay(store);

  return async function explainRefusal(presented) {
    const { key, attempt } = presented;
    const row = await find.run(presented);
    if (row !== undefined) store.clock.learn(row);
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

/** Reads what decides about an attempt, and counts it where it is a replay. */
function prepareFind({ database, epoch, names, ...limits }: Store): Gathered<Presented, Row | undefined> {
  const findOne = epoch.prepared('explain', (told) => explainStatement(names, told));
  const findMany = epoch.prepared('explain_many', (told) => explainManyStatement(names, told));
  const countMany = prepared('count_many', countManyStatement(names));
  return gather(limits, {
    one: async (presented, isWanted) =>
      (await database.runAgainIfCut(await findOne(), valuesOf(presented), isWanted))[0],
    many: async (several, isWanted) => {
      const rows = inOrder(
        await database.runAgainIfCut(await findMany(), columnsOf(several.map(valuesOf)), isWanted),
        several.length,
      );
      const replayed = several.filter(({ attempt }, index) => isReplay(rows[index], attempt));
      if (replayed.length > 0) await database.runAgainIfCut(countMany, countsOf(replayed));
      return rows;
    },
  });
}

function isReplay(row: Row | undefined, attempt: Attempt): boolean {
  return reasonToRefuse(row, attempt) === 'token_used';
}

/** One row for each token, in one order everywhere: two of these never wait for each other in a circle. */
function countsOf(replayed: readonly Presented[]): Values {
  const counts = new Map<string, { key: RowKey; count: number }>();
  for (const { key } of replayed) {
    counts.set(key[0], { key, count: (counts.get(key[0])?.count ?? 0) + 1 });
  }
  const sorted = [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, counted]) => counted);
  return [
    sorted.map(({ key: [tokenHash] }) => tokenHash),
    sorted.map(({ key: [, expiresAtSeconds] }) => expiresAtSeconds),
    sorted.map(({ count }) => count),
  ];
}

/** Prepares a read of everything that decides about a token, by PostgreSQL's clock. */
export function prepareLookUp({
  database,
  epoch,
  clock,
  names,
}: Store): (key: RowKey) => Promise<Row | undefined> {
  const statement = epoch.prepared(
    'look_up',
    (told) => `WITH ${thisEpoch(told)} ${lookUp(names, told)} WHERE ${isKeyed('s')}`,
  );
  return async (key) => {
    const [row] = await database.runAgainIfCut(await statement(), key);
    if (row !== undefined) clock.learn(row);
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
  { reason, row, replay }: { reason: CrossAppErrorCode; row?: Row | undefined; replay?: Replay },
): CrossAppError {
  const sessionId = row?.['id'] ?? null;
  const { verb, targetApp, userAgent, ipAddress } = attempt;
  const rejected: RejectedEvent = {
    type: 'rejected',
    ...{ verb, reason, sessionId, targetApp, userAgent, ipAddress },
    ...(row?.['is_of_other_epoch'] === 't' && { isOfOtherEpoch: true }),
  };
  events.emit('rejected', rejected);

  const usedAt = row === undefined ? null : optionalInstant(row, 'used_at');
  if (replay !== undefined && sessionId !== null && usedAt !== null) {
    const { client, sessionRevoked } = replay;
    const facts = { sessionId, usedAt, client, sessionRevoked };
    events.emit('replayed', { ...rejected, type: 'replayed', ...facts });
  }
  return new CrossAppError(reason, { cause: rejected });
}

/** The select list and FROM of a look-up, of the row called `s`. A token is alive in its own epoch only. */
function lookUp(names: SqlNames, epoch: Epoch): string {
  const isOfEpoch = isOfThisEpoch(epoch, 's');
  return `SELECT ${sessionColumns('s')}, s.code_challenge, s.revoked_at, s.redeemed_user_agent, s.redeemed_ip,
       ${peopleColumns(names)},
       ${peopleExist(names, 's')} AS people_exist,
       clock.now < s.expires_at AND ${isOfEpoch} AS is_alive,
       clock.now < s.expires_at + interval '60 seconds' AND ${isOfEpoch} AS is_retryable,
       NOT ${isOfEpoch} AS is_of_other_epoch,
       extract(epoch FROM clock.now) AS now
FROM ${names.sessions} s CROSS JOIN (SELECT clock_timestamp() AS now) clock ${joinPeople(names, 's')}`;
}

// The count is for statistics. It is not worth a wait for a standby, and a flood of replays not worth a sync each.
const NOT_DURABLE = "set_config('synchronous_commit', 'off', true) AS not_durable";

function explainStatement(names: SqlNames, epoch: Epoch): string {
  return `
WITH ${thisEpoch(epoch)}, found AS MATERIALIZED (
  SELECT found.*, ${NOT_DURABLE} FROM (${lookUp(names, epoch)} WHERE ${isKeyed('s')}) found
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

// LATERAL goes by the key of one after the other, whatever the planner knows of the table.
function explainManyStatement(names: SqlNames, epoch: Epoch): string {
  return `
WITH ${thisEpoch(epoch)}, ${PRESENTED}
SELECT presented.n, found.*, ${sameClient('found', 'presented.user_agent', 'presented.ip_address')}
FROM presented, LATERAL (${lookUp(names, epoch)} WHERE ${isKeyed('s', PRESENTED_KEY)} OFFSET 0) found`;
}

// By the hash alone, in all partitions: see `isKeyedWithin` for what PostgreSQL 18.4 makes of a partition that another
// row names. A range of instants, as there, would be taken for a way to few rows. All hashes in one list beside the join
// make the planner go by the index where nothing is known of the table: without it PostgreSQL 15 reads the whole table.
function countManyStatement(names: SqlNames): string {
  return `
WITH rules AS MATERIALIZED (
  SELECT ${NOT_DURABLE}, ${NO_LONG_WAIT}
), replayed AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::float8[], $3::int[]) AS replayed (token_hash, expires_at_seconds, count)
)
UPDATE ${names.sessions} t SET replays = least(t.replays, 2147483647 - replayed.count) + replayed.count
FROM rules, replayed
WHERE rules.not_durable IS NOT NULL AND rules.impatient IS NOT NULL
  AND t.token_hash = ANY ($1) AND t.token_hash = replayed.token_hash
  AND t.expires_at IS NOT DISTINCT FROM to_timestamp(replayed.expires_at_seconds)`;
}

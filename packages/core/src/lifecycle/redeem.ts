// ④ A token ends here: one statement decides, and a refusal is explained afterwards.
import { randomUUID } from 'node:crypto';
import type { RedeemRequest, Redemption } from '@cross-app/protocol';
import {
  readAppId,
  readCaller,
  readCodeVerifier,
  readIpAddress,
  readRedemptionId,
  readUserAgent,
} from '../arguments.js';
import type { Row } from '../database.js';
import { isOfThisEpoch, thisEpoch } from '../epoch.js';
import { gather } from '../gather.js';
import type { Gathered } from '../gather.js';
import type { Epoch, SqlNames } from '../options.js';
import { columnsOf, inOrder } from '../statement.js';
import { DURABLE } from '../store.js';
import type { Store } from '../store.js';
import { challengeOf, expiryRange, findKey, isKeyed, isKeyedWithin } from '../token-hash.js';
import { prepareExplainRefusal, refuse } from './explain-refusal.js';
import { PRESENTED, PRESENTED_KEY, valuesOf } from './attempt.js';
import type { Attempt, Presented } from './attempt.js';
import { joinPeople, peopleColumns, peopleExist, sessionColumns, toRedemption } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

const MAX_TRIES = 3;

/** Prepares the verb `redeem`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRedeem(
  store: Store,
): (token: string, request: RedeemRequest) => Promise<Redemption<StoredSession>> {
  const redeemRow = prepareRedeemRow(store);
  const explainRefusal = prepareExplainRefusal(store);

  return async function redeem(token, request) {
    const attempt = readAttempt(request);
    const key = findKey(token, store.clock);
    if (typeof key === 'string') throw refuse(store, attempt, { reason: key });

    const row = await decide({ key, attempt });
    store.clock.learn(row);
    const redemption = toRedemption(row);
    const isRetry = row['retried_at'] !== null;
    store.events.emit('redeemed', { type: 'redeemed', session: redemption.session, isRetry });
    return redemption;
  };

  async function decide(presented: Presented): Promise<Row> {
    for (let tries = 1; ; tries++) {
      const row = await (tries === 1 ? redeemRow.run(presented) : redeemRow.runAlone(presented));
      if (row !== undefined) return row;
      const refusal = await explainRefusal(presented);
      // Nothing speaks against it now, so something was in the way: a lock, or its partition was being made. Alone, it
      // waits for that.
      if (refusal.code !== 'store_unavailable' || tries === MAX_TRIES) throw refusal;
    }
  }
}

function prepareRedeemRow({
  database,
  clock,
  epoch,
  names,
  ...limits
}: Store): Gathered<Presented, Row | undefined> {
  const single = epoch.prepared('redeem', (told) => redeemStatement(names, told));
  const gathered = epoch.prepared('redeem_many', (told) => redeemManyStatement(names, told));
  return gather(limits, {
    one: async (presented, isWanted) =>
      (await database.runAgainIfCut(await single(), valuesOf(presented), isWanted))[0],
    many: async (several, isWanted) => {
      const range = expiryRange(
        several.map(({ key }) => key),
        clock,
      );
      const values = [...columnsOf(several.map(valuesOf)), ...range];
      return inOrder(await database.runAgainIfCut(await gathered(), values, isWanted), several.length);
    },
  });
}

function readAttempt(request: RedeemRequest): Attempt {
  const codeVerifier = readCodeVerifier(request.codeVerifier);
  return {
    verb: 'redeem',
    targetApp: readAppId('targetApp', request.targetApp),
    codeChallenge: codeVerifier === null ? null : challengeOf(codeVerifier),
    redemptionId: readRedemptionId(request.redemptionId ?? randomUUID()),
    userAgent: readUserAgent(request.userAgent),
    ipAddress: readIpAddress(request.ipAddress),
    isServer: readCaller(request.caller) === 'server',
  };
}

// At most one redemption id ever gets the row: the row lock is the queue, and the database's clock is the judge.
//
// locked  finds the row by key, target, binding and epoch, and waits for whoever holds it. After the wait PostgreSQL
//         checks the conditions again on the row as it is then. Whoever is refused here has written nothing.
// The rest is {@link judgeAndWrite}.
function redeemStatement(names: SqlNames, epoch: Epoch): string {
  return `
WITH ${thisEpoch(epoch)}, rules AS MATERIALIZED (
  SELECT ${DURABLE}
), locked AS MATERIALIZED (
  SELECT 1 AS n, $5::uuid AS redemption_id, $6::text AS user_agent, $7::inet AS ip_address, ${LOCKED_COLUMNS}
  FROM ${names.sessions} s, rules
  WHERE rules.durable IS NOT NULL
    AND ${isKeyed('s')}
    AND s.target_app = $3
    AND s.code_challenge IS NOT DISTINCT FROM $4
    AND ${IS_NOT_REVOKED}
    AND ${isOfThisEpoch(epoch, 's')}
    AND (s.used_at IS NULL OR s.redemption_id = $5)
  FOR UPDATE OF s
)${judgeAndWrite(names, `${isKeyed('t')} AND t.id = j.id`)}`;
}

// The same for several attempts, with the same conditions on each. LATERAL goes by the key of one after the other,
// whatever the planner knows of the table. A row that somebody holds is left out and holds up nobody: without a wait
// there is no deadlock either. Of two attempts on one row, the UPDATE takes one; the other one's `n` does not come back.
function redeemManyStatement(names: SqlNames, epoch: Epoch): string {
  return `
WITH ${thisEpoch(epoch)}, rules AS MATERIALIZED (
  SELECT ${DURABLE}
), ${PRESENTED}, locked AS MATERIALIZED (
  SELECT presented.n, presented.redemption_id, presented.user_agent, presented.ip_address, s.*
  FROM rules, presented, LATERAL (
    SELECT ${LOCKED_COLUMNS}
    FROM ${names.sessions} s
    WHERE ${isKeyedWithin('s', PRESENTED_KEY, RANGE)}
      AND s.target_app = presented.target_app
      AND s.code_challenge IS NOT DISTINCT FROM presented.code_challenge
      AND ${IS_NOT_REVOKED}
      AND ${isOfThisEpoch(epoch, 's')}
      AND (s.used_at IS NULL OR s.redemption_id = presented.redemption_id)
    FOR UPDATE OF s SKIP LOCKED
  ) s
  WHERE rules.durable IS NOT NULL
)${judgeAndWrite(names, IS_LOCKED_VERSION)}`;
}

// Not `IS NULL`: that is the condition of idx_cross_app_sessions_cleanup, and in a partition that has not been analysed yet
// the planner takes it for true of so few rows that it goes by that index, which has each token that is alive.
const IS_NOT_REVOKED = 'num_nulls(s.revoked_at) = 1';
/** Where the values of `expiryRange` are. */
const RANGE = ['$8', '$9'] as const;
const LOCKED_COLUMNS =
  's.id, s.user_id, s.account_id, s.expires_at, s.used_at, s.tableoid AS partition, s.ctid AS version';
// What was locked, and nothing that the planner could look for by another index. A version that is younger than the
// statement is not seen here: then nothing is written, and that attempt is made again by itself.
const IS_LOCKED_VERSION = 't.ctid = j.version AND t.tableoid = j.partition AND t.expires_at = j.expires_at';

// judged  reads the clock once a row, after the wait: a plain `expires_at > now()` beside the lock would judge by
//         the time before it and let a late token through.
// UPDATE  runs for a retry too: only a write waits for the same replication as the first one did. A missing
//         user or account refuses here, with nothing used up.
function judgeAndWrite(names: SqlNames, isLocked: string): string {
  return `, judged AS MATERIALIZED (
  SELECT locked.*, clock_timestamp() AS now FROM locked
)
UPDATE ${names.sessions} t
SET used_at = coalesce(t.used_at, j.now),
    retried_at = CASE WHEN t.used_at IS NULL THEN NULL ELSE j.now END,
    redemption_id = j.redemption_id,
    redeemed_user_agent = coalesce(t.redeemed_user_agent, j.user_agent),
    redeemed_ip = coalesce(t.redeemed_ip, j.ip_address)
FROM judged j ${joinPeople(names, 'j')}
WHERE ${isLocked}
  AND j.now < j.expires_at + CASE WHEN j.used_at IS NULL THEN interval '0' ELSE interval '60 seconds' END
  AND ${peopleExist(names, 'j')}
RETURNING j.n, extract(epoch FROM j.now) AS now, t.retried_at, ${sessionColumns('t')}, ${peopleColumns(names)}`;
}

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
import type { SqlNames } from '../options.js';
import { DURABLE } from '../store.js';
import type { Store } from '../store.js';
import { challengeOf, findKey, isKeyed } from '../token-hash.js';
import type { RowKey } from '../token-hash.js';
import { prepareExplainRefusal, refuse } from './explain-refusal.js';
import type { Attempt } from './attempt.js';
import { joinPeople, peopleColumns, peopleExist, sessionColumns, toRedemption } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

const MAX_TRIES = 3;

/** Prepares the verb `redeem`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRedeem(
  store: Store,
): (token: string, request: RedeemRequest) => Promise<Redemption<StoredSession>> {
  const statement = redeemStatement(store.names);
  const explainRefusal = prepareExplainRefusal(store);

  return async function redeem(token, request) {
    const attempt = readAttempt(request);
    const key = findKey(token, store.clock);
    if (typeof key === 'string') throw refuse(store, attempt, { reason: key });

    const row = await decide(key, attempt);
    store.clock.learn(row);
    const redemption = toRedemption(row);
    store.events.emit('redeemed', { session: redemption.session, isRetry: row['retried_at'] !== null });
    return redemption;
  };

  async function decide(key: RowKey, attempt: RedeemAttempt): Promise<Row> {
    const values = [
      ...key,
      attempt.targetApp,
      attempt.codeChallenge,
      attempt.redemptionId,
      attempt.userAgent,
      attempt.ipAddress,
    ];
    for (let tries = 1; ; tries++) {
      const [row] = await store.database.runAgainIfCut(statement, values);
      if (row !== undefined) return row;
      const refusal = await explainRefusal(key, attempt);
      // Nothing speaks against it now, so something was in the way: its partition was being made, say.
      if (refusal.code !== 'store_unavailable' || tries === MAX_TRIES) throw refusal;
    }
  }
}

interface RedeemAttempt extends Attempt {
  readonly redemptionId: string;
}

function readAttempt(request: RedeemRequest): RedeemAttempt {
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
// locked  finds the row by key, target and binding, and waits for whoever holds it. After the wait PostgreSQL
//         checks the conditions again on the row as it is then. Whoever is refused here has written nothing.
// judged  reads the clock once, after the wait: a plain `expires_at > now()` beside the lock would judge by
//         the time before it and let a late token through.
// UPDATE  runs for a retry too: only a write waits for the same replication as the first one did. A missing
//         user or account refuses here, with nothing used up.
function redeemStatement(names: SqlNames): string {
  return `
WITH rules AS MATERIALIZED (
  SELECT ${DURABLE}
), locked AS MATERIALIZED (
  SELECT s.id, s.user_id, s.account_id, s.expires_at, s.used_at
  FROM ${names.sessions} s, rules
  WHERE rules.durable IS NOT NULL
    AND ${isKeyed('s')}
    AND s.target_app = $3
    AND s.code_challenge IS NOT DISTINCT FROM $4
    AND s.revoked_at IS NULL
    AND (s.used_at IS NULL OR s.redemption_id = $5)
  FOR UPDATE OF s
), judged AS MATERIALIZED (
  SELECT locked.*, clock_timestamp() AS now FROM locked
)
UPDATE ${names.sessions} t
SET used_at = coalesce(t.used_at, j.now),
    retried_at = CASE WHEN t.used_at IS NULL THEN NULL ELSE j.now END,
    redemption_id = $5,
    redeemed_user_agent = coalesce(t.redeemed_user_agent, $6),
    redeemed_ip = coalesce(t.redeemed_ip, $7)
FROM judged j ${joinPeople(names, 'j')}
WHERE ${isKeyed('t')}
  AND t.id = j.id
  AND j.now < j.expires_at + CASE WHEN j.used_at IS NULL THEN interval '0' ELSE interval '60 seconds' END
  AND ${peopleExist(names, 'j')}
RETURNING extract(epoch FROM j.now) AS now, t.retried_at, ${sessionColumns('t')}, ${peopleColumns(names)}`;
}

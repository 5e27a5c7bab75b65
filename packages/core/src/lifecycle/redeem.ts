// ④ A token ends here: one statement decides, and a refusal is explained afterwards.
import { randomUUID } from 'node:crypto';
import type { RedeemRequest, Redemption } from '@cross-app/protocol';
import { readAppId, readCodeVerifier, readIpAddress, readRedemptionId, readUserAgent } from '../arguments.js';
import type { SqlNames } from '../options.js';
import { DURABLE } from '../store.js';
import type { Store } from '../store.js';
import { challengeOf, hashToken, reasonWithoutQuery } from '../token-hash.js';
import { prepareExplainRefusal, refuse } from './explain-refusal.js';
import type { Attempt } from './explain-refusal.js';
import { joinPeople, peopleColumns, peopleExist, sessionColumns, toRedemption } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

/** Prepares the verb `redeem`: see `CrossAppSessions` in protocol for its contract. */
export function prepareRedeem(
  store: Store,
): (token: string, request: RedeemRequest) => Promise<Redemption<StoredSession>> {
  const statement = redeemStatement(store.names);
  const explainRefusal = prepareExplainRefusal(store);

  return async function redeem(token, request) {
    const attempt = readAttempt(request);
    const reason = reasonWithoutQuery(token, store.clock);
    if (reason !== undefined) throw refuse(store, attempt, { reason });
    const tokenHash = hashToken(token);

    const [row] = await store.database.runAgainIfCut(statement, [
      tokenHash,
      attempt.targetApp,
      attempt.codeChallenge,
      attempt.redemptionId,
      attempt.userAgent,
      attempt.ipAddress,
    ]);
    if (row === undefined) throw await explainRefusal(tokenHash, attempt);

    store.clock.learn(row);
    const redemption = toRedemption(row);
    store.events.emit('redeemed', { session: redemption.session, isRetry: row['retried_at'] !== null });
    return redemption;
  };
}

function readAttempt(request: RedeemRequest): Attempt & { readonly redemptionId: string } {
  const codeVerifier = readCodeVerifier(request.codeVerifier);
  return {
    verb: 'redeem',
    targetApp: readAppId('targetApp', request.targetApp),
    codeChallenge: codeVerifier === null ? null : challengeOf(codeVerifier),
    redemptionId: readRedemptionId(request.redemptionId ?? randomUUID()),
    userAgent: readUserAgent(request.userAgent),
    ipAddress: readIpAddress(request.ipAddress),
  };
}

// At most one redemption id ever gets the row: the row lock is the queue, and the database's clock is the judge.
//
// locked  finds the row by hash, target and binding, and waits for whoever holds it. After the wait PostgreSQL
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
    AND s.token_hash = $1
    AND s.target_app = $2
    AND s.code_challenge IS NOT DISTINCT FROM $3
    AND s.revoked_at IS NULL
    AND (s.used_at IS NULL OR s.redemption_id = $4)
  FOR UPDATE OF s
), judged AS MATERIALIZED (
  SELECT locked.*, clock_timestamp() AS now FROM locked
)
UPDATE ${names.sessions} t
SET used_at = coalesce(t.used_at, j.now),
    retried_at = CASE WHEN t.used_at IS NULL THEN NULL ELSE j.now END,
    redemption_id = $4,
    redeemed_user_agent = coalesce(t.redeemed_user_agent, $5),
    redeemed_ip = coalesce(t.redeemed_ip, $6)
FROM judged j ${joinPeople(names, 'j')}
WHERE t.token_hash = $1
  AND t.id = j.id
  AND j.now < j.expires_at + CASE WHEN j.used_at IS NULL THEN interval '0' ELSE interval '60 seconds' END
  AND ${peopleExist(names, 'j')}
RETURNING extract(epoch FROM j.now) AS now, t.retried_at, ${sessionColumns('t')}, ${peopleColumns(names)}`;
}

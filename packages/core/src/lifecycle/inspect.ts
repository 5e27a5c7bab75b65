import type { CrossAppErrorCode, InspectRequest, Redemption } from '@cross-app/protocol';
import { invalid, readAppId, readCodeVerifier, readRedemptionId } from '../arguments.js';
import type { Row } from '../database.js';
import type { Store } from '../store.js';
import { challengeOf, findKey } from '../token-hash.js';
import { prepareLookUp, reasonToRefuse, refuse } from './explain-refusal.js';
import type { Attempt } from './attempt.js';
import { toRedemption } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

/** Prepares the verb `inspect`: see `CrossAppSessions` in protocol for its contract. */
export function prepareInspect(
  store: Store,
): (token: string, request: InspectRequest) => Promise<Redemption<StoredSession>> {
  const lookUp = prepareLookUp(store);

  return async function inspect(token, request) {
    const attempt = readAttempt(request);
    const findReason = readRedeemed(request) ? reasonNotRedeemed : reasonToRefuse;
    const key = findKey(token, store.clock);
    if (typeof key === 'string') throw refuse(store, attempt, { reason: key });

    const row = await lookUp(key);
    const reason = findReason(row, attempt);
    if (row === undefined || reason !== undefined) {
      throw refuse(store, attempt, { reason: reason ?? 'token_unknown', row });
    }
    return toRedemption(row);
  };
}

function readAttempt(request: InspectRequest): Attempt {
  const codeVerifier = readCodeVerifier(request.codeVerifier);
  return {
    verb: 'inspect',
    targetApp: readAppId('targetApp', request.targetApp),
    codeChallenge: codeVerifier === null ? null : challengeOf(codeVerifier),
    redemptionId: request.redemptionId === undefined ? null : readRedemptionId(request.redemptionId),
    userAgent: null,
    ipAddress: null,
    isServer: false,
  };
}

function readRedeemed({ redeemed = false }: InspectRequest): boolean {
  if (typeof redeemed !== 'boolean') throw invalid('redeemed must be true or false.');
  return redeemed;
}

// The app that redeemed it has shown its proofs then: now it is enough that it is this app, and the token alive.
function reasonNotRedeemed(row: Row | undefined, { targetApp }: Attempt): CrossAppErrorCode | undefined {
  if (row?.['people_exist'] !== 't') return 'token_unknown';
  if (row['target_app'] !== targetApp) return 'target_mismatch';
  if (row['revoked_at'] !== null) return 'token_revoked';
  if (row['used_at'] === null) return 'token_unknown';
  return row['is_alive'] === 't' ? undefined : 'token_expired';
}

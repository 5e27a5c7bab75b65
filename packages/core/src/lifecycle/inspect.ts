import type { InspectRequest, Redemption } from '@cross-app/protocol';
import { readAppId, readCodeVerifier, readRedemptionId } from '../arguments.js';
import type { Store } from '../store.js';
import { challengeOf, findKey } from '../token-hash.js';
import { prepareLookUp, reasonToRefuse, refuse } from './explain-refusal.js';
import type { Attempt } from './explain-refusal.js';
import { toRedemption } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

/** Prepares the verb `inspect`: see `CrossAppSessions` in protocol for its contract. */
export function prepareInspect(
  store: Store,
): (token: string, request: InspectRequest) => Promise<Redemption<StoredSession>> {
  const lookUp = prepareLookUp(store);

  return async function inspect(token, request) {
    const attempt = readAttempt(request);
    const key = findKey(token, store.clock);
    if (typeof key === 'string') throw refuse(store, attempt, { reason: key });

    const row = await lookUp(key);
    const reason = reasonToRefuse(row, attempt);
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
  };
}

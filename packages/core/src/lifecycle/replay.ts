import type { Row } from '../database.js';
import type { Store } from '../store.js';
import type { RowKey } from '../token-hash.js';
import type { Attempt } from './attempt.js';
import { prepareRevokeRow } from './revoke.js';

/** What a replay is taken for, and what came of it. */
export interface Replay {
  readonly client: 'same' | 'different';
  readonly sessionRevoked: boolean;
  /** Why it could not be revoked, though it should have been. */
  readonly failure?: Error;
}

/**
 * In SQL: what {@link clientOf} reads of the row called `alias`, with the attempt's user agent and address. One client
 * may come over IPv4 now and over IPv6 then, so addresses of two families prove nothing.
 */
export function sameClient(alias: string, userAgent: string, ipAddress: string): string {
  const address = `${ipAddress}::inet`;
  return `${alias}.redeemed_user_agent IS NOT DISTINCT FROM ${userAgent}
    AND (${alias}.redeemed_ip IS NOT DISTINCT FROM ${address}
      OR coalesce(family(${alias}.redeemed_ip) <> family(${address}), false)) AS is_same_client`;
}

/**
 * Prepares what a replay does beside being refused. Who replays has the token and its proofs, so one of the two clients
 * is not whom the token was for, and it may be the one that is signed in: where the two differ, that sign-in ends.
 */
export function prepareReplay(store: Store): (key: RowKey, row: Row, attempt: Attempt) => Promise<Replay> {
  const revoke = prepareRevokeRow(store);

  return async function answerReplay(key, row, attempt) {
    const client = clientOf(row, attempt);
    const isRevoked =
      store.revokeOnReplay === 'always' ||
      (store.revokeOnReplay === 'different-client' && client === 'different');
    if (!isRevoked) return { client, sessionRevoked: false };
    try {
      return { client, sessionRevoked: await revoke(key) };
    } catch (error) {
      const failure = error instanceof Error ? error : new TypeError(String(error));
      return { client, sessionRevoked: false, failure };
    }
  };
}

// A redemption id of UUID version 8 is derived from a secret of the browser, so that the same browser has the same one,
// through whichever server it comes. Else there are only the signs of a client that were given; without any, nothing
// is proved.
function clientOf(row: Row, { redemptionId, userAgent, ipAddress, isServer }: Attempt): Replay['client'] {
  const stored = row['redemption_id'] ?? null;
  if (isDerived(stored) && isDerived(redemptionId)) return stored === redemptionId ? 'same' : 'different';
  // A target app's server has another address than its other one, and both have none of the browser's.
  const isUnsaid = isServer || (userAgent === null && ipAddress === null);
  const wasUnsaid = row['redeemed_user_agent'] === null && row['redeemed_ip'] === null;
  return isUnsaid || wasUnsaid || row['is_same_client'] === 't' ? 'same' : 'different';
}

function isDerived(redemptionId: string | null): boolean {
  return redemptionId?.[14] === '8';
}

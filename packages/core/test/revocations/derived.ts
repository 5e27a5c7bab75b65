import { createHash } from 'node:crypto';
import type { DerivedSession, Redemption } from '@cross-app/protocol';
import type { StoredSession } from '../../src/index.js';

/** What the target app keeps of a redeemed token. */
export function derive(token: string, { session }: Redemption<StoredSession>): DerivedSession {
  const { userId, accountId, sourceApp, targetApp, createdAt } = session;
  const tokenHash = createHash('sha256').update(token).digest('hex');
  return { tokenHash, userId, accountId, sourceApp, targetApp, issuedAt: createdAt.toISOString() };
}

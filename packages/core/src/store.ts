import type { Database } from './database.js';
import type { DatabaseClock } from './database-clock.js';
import type { KnownEpoch } from './epoch.js';
import type { SessionEvents } from './events.js';
import type { GatherLimits, RevokeOnReplay, SqlNames } from './options.js';
import type { RevocationTable } from './revocations/known-table.js';

/** What every verb works with. */
export interface Store {
  readonly appId: string;
  readonly ttlSeconds: number;
  readonly timeoutMs: number;
  readonly revokeOnReplay: RevokeOnReplay;
  /** Null where each call has a statement of its own. */
  readonly batch: GatherLimits | null;
  readonly names: SqlNames;
  readonly database: Database;
  readonly revocations: RevocationTable;
  readonly epoch: KnownEpoch;
  readonly clock: DatabaseClock;
  readonly events: SessionEvents;
}

/**
 * A select list entry that makes the commit of its statement durable before it is acknowledged, whatever the
 * role's default. It takes effect when the row is read, so the statement must use it. A stronger setting stays.
 */
export const DURABLE = `set_config(
    'synchronous_commit',
    CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END,
    true
  ) AS durable`;

/**
 * Another entry, for a statement of several calls: a lock that somebody holds fails it soon, and each call is then made
 * by itself. So nobody waits long for the lock of another.
 */
export const NO_LONG_WAIT = `set_config('lock_timeout', '100ms', true) AS impatient`;

import type { PostgresServer } from './server.cjs';

export interface StandbyServer extends PostgresServer {
  /** Resolves once it has everything that its primary had when it was called. */
  caughtUp(): Promise<void>;
  /** Ends replication, also after `restart`: what the primary commits from now on does not get here. */
  cutOff(): Promise<void>;
  /** Makes it a primary with a timeline of its own; resolves when it takes writes. The other server knows nothing of it. */
  promote(): Promise<void>;
}

/**
 * A hot standby that follows the primary by asynchronous streaming replication, on a port of its own, and is stopped
 * and removed as that one is. The primary is shut down for a moment, so that its data can be copied: connections to it
 * break. `flags` are settings for postgresql.conf; with `cluster_name` the primary can name it in
 * `synchronous_standby_names`, which is empty here.
 */
export declare function startStandby(
  primary: PostgresServer,
  options?: { flags?: readonly string[] },
): Promise<StandbyServer>;

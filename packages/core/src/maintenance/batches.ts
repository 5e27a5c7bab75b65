import type { Knex } from 'knex';
import { requireWholeNumber } from '../options.js';
import { GIVE_WAY, tryUntilUnlocked } from '../unlocked.js';

/** How far a long run has come. */
export interface Progress {
  readonly done: number;
  /** As counted at the start, so it may be off by what others do meanwhile. */
  readonly total: number;
}

/** Options of everything that works in batches, each of them a transaction of its own. */
export interface BatchOptions {
  /** Rows in one batch, 1 to 100,000. Default 5,000. */
  readonly batchSize?: number;
  /** Once aborted, the batch under way is the last one. What it did stays, and the report says so. */
  readonly signal?: AbortSignal;
  /** Called after each batch. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How a run ended: with nothing left to do, by its signal, or because another one is at it. */
export type Outcome = 'done' | 'interrupted' | 'busy';

/** A name for each kind of work, for which one runner at a time has the turn. */
export type Job = 'cleanup' | 'archive' | 'purge' | 'partition' | 'restore' | 'audit' | 'revocations';

export const DEFAULT_BATCH_SIZE = 5_000;
const MAX_BATCH_SIZE = 100_000;

/** @throws TypeError when it is not a number of rows. */
export function readBatchSize(batchSize: number = DEFAULT_BATCH_SIZE): number {
  requireWholeNumber('batchSize', batchSize, [1, MAX_BATCH_SIZE]);
  return batchSize;
}

/**
 * Repeats a batch until one finds nothing to do. A batch says how many rows it took, or null when another
 * runner has the turn.
 */
export async function runBatches(
  { signal, onProgress }: BatchOptions,
  total: number,
  runBatch: () => Promise<number | null>,
): Promise<{ rows: number; outcome: Outcome }> {
  let rows = 0;
  for (;;) {
    if (signal?.aborted === true) return { rows, outcome: 'interrupted' };
    const taken = await runBatch();
    if (taken === null) return { rows, outcome: 'busy' };
    if (taken === 0) return { rows, outcome: 'done' };
    rows += taken;
    onProgress?.({ done: rows, total: Math.max(total, rows) });
  }
}

/**
 * SQL that is true for the one runner who has the turn, until its transaction ends. A session's lock would stay
 * with a connection that PgBouncer gives to somebody else.
 */
export function hasTurn(job: Job, quotedTable: string): string {
  return `pg_try_advisory_xact_lock(${turnKey(job, quotedTable)})`;
}

/** SQL that waits for the turn and then has it, until its transaction ends. */
export function waitForTurn(job: Job, quotedTable: string): string {
  return `pg_advisory_xact_lock(${turnKey(job, quotedTable)})`;
}

function turnKey(job: Job, quotedTable: string): string {
  return `hashtextextended('cross-app ${job} ' || '${quotedTable}'::regclass::oid, 0)`;
}

/** Runs the work in a transaction at READ COMMITTED, whatever the host's default is. */
export function inTransaction<Result>(
  knex: Knex,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return knex.transaction(work, { isolationLevel: 'read committed' });
}

/** Likewise, for work that needs a lock which sign-ins need too: in short tries, so that none waits behind it. */
export function inShortTransaction<Result>(
  knex: Knex,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return tryUntilUnlocked(() =>
    inTransaction(knex, async (trx) => {
      await trx.raw(GIVE_WAY);
      return work(trx);
    }),
  );
}

/**
 * Select list entries that keep the planner from such nodes until the transaction ends. Statistics are out of date
 * after a bulk load, and in a table that autovacuum has not come to: no estimate may turn a batch into a scan or a
 * sort of the whole table.
 */
export function avoid(...nodes: readonly string[]): string {
  return nodes.map((node) => `set_config('enable_${node}', 'off', true)`).join(', ');
}

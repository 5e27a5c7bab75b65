import type { Knex } from 'knex';
import { mistake } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../options.js';
import { unquote } from '../table-name.js';
import { readBatchSize } from './batches.js';
import type { BatchOptions, Outcome } from './batches.js';
import { requireAge } from './cutoff.js';
import { createMissing } from './partition/coming-partitions.js';
import type { PostponedPartition } from './partition/coming-partitions.js';
import { findOldPartitions } from './partition/old-partitions.js';
import type { OldPartition } from './partition/old-partitions.js';
import { requireAhead } from './partition/options.js';
import { isPlain } from './partition/plain-table.js';
import { archiveRows, dropEmptyPartition, dropPartition } from './partition/remove-partition.js';
import { withTurn } from './partition/turn.js';
import { MaintenanceRefused } from './refused.js';
import { findTables } from './tables.js';
import type { MaintainedTables, TableChoice } from './tables.js';

/** Options of {@link maintainPartitions}. */
export interface PartitionMaintenanceOptions extends TableChoice, BatchOptions {
  /** How many partitions after the current one there are to be, 0 to 366. Default 3 months or 14 days. */
  readonly ahead?: number;
  /**
   * Partitions that ended longer ago than this go to the archive, in whole seconds: 60 to a century. Default:
   * none does.
   */
  readonly archiveOlderThanSeconds?: number;
  /**
   * Partitions that ended longer ago than this are dropped with every row in them, in whole seconds: 60 to a
   * century, and more than `archiveOlderThanSeconds`. Default: none is.
   */
  readonly dropOlderThanSeconds?: number;
  /** Only say what would be done. Default false. */
  readonly dryRun?: boolean;
}

/** A partition that is gone. */
export interface RemovedPartition {
  readonly name: string;
  /** Rows that moved to the archive, or were dropped with it. */
  readonly rows: number;
}

/** What {@link maintainPartitions} did; with `dryRun`, what it would do. */
export interface PartitionMaintenanceReport {
  readonly created: readonly string[];
  /** Their rows are in the archive now. */
  readonly archived: readonly RemovedPartition[];
  /** Their rows are gone for good. */
  readonly dropped: readonly RemovedPartition[];
  /** What a later run will do. */
  readonly postponed: readonly PostponedPartition[];
  /** Rows that moved to the archive, also out of partitions that are still there. */
  readonly archivedRows: number;
  readonly outcome: Outcome;
  readonly dryRun: boolean;
}

type Changes = {
  -readonly [
    Key in 'created' | 'archived' | 'dropped' | 'postponed'
  ]: PartitionMaintenanceReport[Key][number][];
} & { archivedRows: number };

const OPTIONS = ['ahead', 'archiveOlderThanSeconds', 'dropOlderThanSeconds', 'dryRun'];

/**
 * Makes the partitions to come, and removes those whose time is long past, oldest first. A partition is archived by
 * moving its rows in batches, each row exactly once, however often it is run, interrupted or killed; it is dropped
 * when none is left. Needs two connections of the pool.
 *
 * Rows that came to the default partition because theirs was missing move into it, up to `batchSize` of them. Where
 * more have gathered, making it is postponed: sign-ins go on in the default partition.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when the table is not partitioned; when there is none, or several and none was named;
 * when the archive is not there, or lacks a column.
 * @example
 * const { created, archived } = await maintainPartitions(knex, { archiveOlderThanSeconds: 30 * 86_400 });
 */
export async function maintainPartitions(
  knex: Knex,
  options: PartitionMaintenanceOptions = {},
): Promise<PartitionMaintenanceReport> {
  const known = ['sessionsTable', 'batchSize', 'signal', 'onProgress', ...OPTIONS];
  refuseUnknownKeys('maintainPartitions', options, known);
  const { dryRun = false } = options;
  const batchSize = readBatchSize(options.batchSize);
  requireAhead(options.ahead);
  requireAges(options);

  const tables = await findTables(knex, options);
  if (await isPlain(knex, tables)) {
    throw new MaintenanceRefused(
      `${tables.record.sessions} is not partitioned: convert it first, with partitionSessions (cross-app partition).`,
    );
  }
  const changes: Changes = { created: [], archived: [], dropped: [], postponed: [], archivedRows: 0 };
  const outcome = await withTurn(knex, tables.sessions, () =>
    change(knex, { tables, changes }, { ...options, batchSize, dryRun }),
  );
  return { ...changes, outcome: outcome ?? 'busy', dryRun };
}

/** @throws TypeError for an age outside its limits, or when nothing could ever be archived. */
export function requireAges(options: PartitionMaintenanceOptions): void {
  const { archiveOlderThanSeconds, dropOlderThanSeconds } = options;
  if (archiveOlderThanSeconds !== undefined) requireAge('archiveOlderThanSeconds', archiveOlderThanSeconds);
  if (dropOlderThanSeconds !== undefined) requireAge('dropOlderThanSeconds', dropOlderThanSeconds);
  if ((dropOlderThanSeconds ?? Infinity) <= (archiveOlderThanSeconds ?? 0)) {
    throw mistake('dropOlderThanSeconds must be more than archiveOlderThanSeconds');
  }
}

interface Work {
  readonly tables: MaintainedTables;
  readonly changes: Changes;
}

type ResolvedOptions = PartitionMaintenanceOptions & { readonly batchSize: number; readonly dryRun: boolean };

async function change(knex: Knex, work: Work, options: ResolvedOptions): Promise<Outcome> {
  const { tables, changes } = work;
  const { ahead, archiveOlderThanSeconds, dropOlderThanSeconds, batchSize, dryRun, signal } = options;
  const coming = await createMissing(knex, tables.sessions, {
    interval: tables.record.partitionInterval ?? 'month',
    ahead,
    maxMoved: batchSize,
    dryRun,
    signal,
  });
  changes.created.push(...coming.created);
  changes.postponed.push(...coming.postponed);
  if (coming.outcome !== 'done') return coming.outcome;

  const old = await findOldPartitions(knex, tables, { archiveOlderThanSeconds, dropOlderThanSeconds });
  const reporting = { ...options, ...progressOver(old, options) };
  for (const partition of old) {
    if (signal?.aborted === true) return 'interrupted';
    const outcome =
      partition.fate === 'drop'
        ? await drop(knex, work, { partition, dryRun })
        : await archive(knex, work, { partition, options: reporting });
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

/** One bar for the rows of all partitions that are archived. */
function progressOver(old: readonly OldPartition[], { onProgress }: BatchOptions): BatchOptions {
  if (onProgress === undefined) return {};
  const total = old.reduce((sum, { fate, rows }) => (fate === 'archive' ? sum + rows : sum), 0);
  let before = 0;
  let last = 0;
  return {
    onProgress: ({ done }) => {
      if (done < last) before += last;
      last = done;
      onProgress({ done: before + done, total: Math.max(total, before + done) });
    },
  };
}

async function drop(
  knex: Knex,
  { tables, changes }: Work,
  { partition, dryRun }: { partition: OldPartition; dryRun: boolean },
): Promise<Outcome> {
  if (!dryRun) await dropPartition(knex, tables, partition.name);
  changes.dropped.push({ name: unquote(partition.name), rows: partition.rows });
  return 'done';
}

async function archive(
  knex: Knex,
  { tables, changes }: Work,
  { partition, options }: { partition: OldPartition; options: ResolvedOptions },
): Promise<Outcome> {
  const name = unquote(partition.name);
  if (options.dryRun) {
    changes.archived.push({ name, rows: partition.rows });
    changes.archivedRows += partition.rows;
    return 'done';
  }
  const { rows, outcome } = await archiveRows(knex, { tables, partition }, options);
  changes.archivedRows += rows;
  if (outcome !== 'done') return outcome;
  if (await dropEmptyPartition(knex, tables, partition.name)) changes.archived.push({ name, rows });
  else
    changes.postponed.push({ name, reason: 'there are rows in it that somebody holds, or that just came' });
  return 'done';
}

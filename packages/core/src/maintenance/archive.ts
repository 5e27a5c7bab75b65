import type { Knex } from 'knex';
import { refuseUnknownKeys } from '../options.js';
import { readArchiveColumns, requireArchive } from './archive-columns.js';
import { readBatchSize } from './batches.js';
import { readCutoffs, requireAge } from './cutoff.js';
import type { Pass } from './removal-batch.js';
import { REMOVAL_OPTIONS, runRemoval } from './removal.js';
import type { RemovalOptions, RemovalReport } from './removal.js';
import { findTables } from './tables.js';

/** Options of {@link archiveSessions}. */
export interface ArchiveOptions extends RemovalOptions {
  /**
   * Rows that were created longer ago than this move, in whole seconds: 60 to a century. Default 2,592,000, the
   * seed's 30 days.
   */
  readonly olderThanSeconds?: number;
}

/** Options of {@link purgeArchive}. */
export interface PurgeOptions extends RemovalOptions {
  /** Rows that were created longer ago than this are deleted, in whole seconds: 60 to a century. */
  readonly olderThanSeconds: number;
}

const DEFAULT_ARCHIVE_SECONDS = 30 * 86_400;

const OLD = 'created_at < :cutoff::timestamptz';
// A long life is a host's choice: whoever issued for a year is not signed out after thirty days.
const OVER = '(expires_at < :retryEnd::timestamptz OR revoked_at IS NOT NULL)';

const ARCHIVE_PASSES: readonly Pass[] = [{ orderedBy: 'created_at', condition: `${OLD} AND ${OVER}` }];
const PURGE_PASSES: readonly Pass[] = [{ orderedBy: 'created_at', condition: OLD }];

/**
 * Moves the rows that were created long ago from the sessions table to its archive, each exactly once, however often
 * it is run, interrupted or killed. Nothing that can still be redeemed or retried is moved. For those whose cleanup
 * keeps rows longer than that; where it runs every hour with its default, nothing is left to move.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named; when the archive is not
 * there, or lacks a column.
 * @example
 * const { rows } = await archiveSessions(knex, { olderThanSeconds: 90 * 86_400 });
 */
export async function archiveSessions(knex: Knex, options: ArchiveOptions = {}): Promise<RemovalReport> {
  const { olderThanSeconds, batchSize } = resolveArchive(options);
  const tables = await findTables(knex, options);
  const { sessions, archive } = tables;
  const into = { table: archive, columns: await readArchiveColumns(knex, tables) };
  const cutoffs = await readCutoffs(knex, olderThanSeconds);
  const removal = { job: 'archive', sessions, from: sessions, into, cutoffs, batchSize } as const;
  return runRemoval(knex, { removal, passes: ARCHIVE_PASSES }, options);
}

/**
 * Deletes the rows of the archive that were created long ago, for good: statistics of those days go with them. By
 * `created_at`, as statistics do, and not by when a row came to the archive, which nothing records.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named; when there is no archive.
 * @example
 * const { rows } = await purgeArchive(knex, { olderThanSeconds: 365 * 86_400 });
 */
export async function purgeArchive(knex: Knex, options: PurgeOptions): Promise<RemovalReport> {
  const { olderThanSeconds, batchSize } = resolvePurge(options);
  const tables = await findTables(knex, options);
  const { sessions, archive } = tables;
  await requireArchive(knex, tables);
  const cutoffs = await readCutoffs(knex, olderThanSeconds);
  const removal = { job: 'purge', sessions, from: archive, into: null, cutoffs, batchSize } as const;
  return runRemoval(knex, { removal, passes: PURGE_PASSES }, options);
}

type Resolved = Required<Pick<PurgeOptions, 'olderThanSeconds' | 'batchSize'>>;

/** @throws TypeError as {@link archiveSessions}. */
export function resolveArchive(options: ArchiveOptions): Resolved {
  refuseUnknownKeys('archiveSessions', options, ['olderThanSeconds', ...REMOVAL_OPTIONS]);
  const { olderThanSeconds = DEFAULT_ARCHIVE_SECONDS } = options;
  requireAge('olderThanSeconds', olderThanSeconds);
  return { olderThanSeconds, batchSize: readBatchSize(options.batchSize) };
}

/** @throws TypeError as {@link purgeArchive}. */
export function resolvePurge(options: PurgeOptions): Resolved {
  refuseUnknownKeys('purgeArchive', options, ['olderThanSeconds', ...REMOVAL_OPTIONS]);
  requireAge('olderThanSeconds', options.olderThanSeconds);
  return { olderThanSeconds: options.olderThanSeconds, batchSize: readBatchSize(options.batchSize) };
}

import type { Knex } from 'knex';
import { wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../options.js';
import { readArchiveColumns } from './archive-columns.js';
import { readBatchSize } from './batches.js';
import { readCutoffs, requireAge } from './cutoff.js';
import type { Pass } from './removal-batch.js';
import { REMOVAL_OPTIONS, runRemoval } from './removal.js';
import type { RemovalOptions, RemovalReport } from './removal.js';
import { findTables } from './tables.js';

/** Options of {@link cleanUpSessions}. */
export interface CleanUpOptions extends RemovalOptions {
  /**
   * How long a row stays after it has expired or been revoked, in whole seconds: 60, for so long a redeem can be
   * retried, to a century. Default 86,400, a day: until then a replay is told from an unknown token.
   */
  readonly retentionSeconds?: number;
  /** Default true: rows move to the archive, and statistics keep them. False deletes them for good. */
  readonly keepHistory?: boolean;
}

const DAY_SECONDS = 86_400;

// Two passes, for an OR of both would not use the index. The second one reads what is younger than the retention.
const PASSES: readonly Pass[] = [
  { orderedBy: 'expires_at', condition: 'expires_at < :cutoff::timestamptz' },
  {
    orderedBy: 'expires_at',
    condition: 'expires_at >= :cutoff::timestamptz AND revoked_at < :cutoff::timestamptz',
  },
];

/**
 * Takes the rows that expired or were revoked longer ago than the retention, by the database's clock, out of the
 * sessions table. Safe at any time: batch by batch, never waiting for a row that somebody holds nor making a redeem
 * wait, one runner at a time, and to be interrupted or killed. Nothing that can still be redeemed or retried is taken.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named; when the archive is not
 * there, or lacks a column.
 * @example
 * const { rows, outcome } = await cleanUpSessions(knex, { retentionSeconds: 7 * 86_400 });
 */
export async function cleanUpSessions(knex: Knex, options: CleanUpOptions = {}): Promise<RemovalReport> {
  const { retentionSeconds, keepHistory, batchSize } = resolveCleanUp(options);
  const tables = await findTables(knex, options);
  const { sessions, archive } = tables;
  const into = keepHistory ? { table: archive, columns: await readArchiveColumns(knex, tables) } : null;
  const cutoffs = await readCutoffs(knex, retentionSeconds);
  const removal = { job: 'cleanup', sessions, from: sessions, into, cutoffs, batchSize } as const;
  return runRemoval(knex, { removal, passes: PASSES }, options);
}

/** @throws TypeError as {@link cleanUpSessions}. */
export function resolveCleanUp(
  options: CleanUpOptions,
): Required<Pick<CleanUpOptions, 'retentionSeconds' | 'keepHistory' | 'batchSize'>> {
  refuseUnknownKeys('cleanUpSessions', options, ['retentionSeconds', 'keepHistory', ...REMOVAL_OPTIONS]);
  const { retentionSeconds = DAY_SECONDS, keepHistory = true } = options;
  requireAge('retentionSeconds', retentionSeconds);
  if (typeof keepHistory !== 'boolean') throw wrongOption('keepHistory must be true or false', keepHistory);
  return { retentionSeconds, keepHistory, batchSize: readBatchSize(options.batchSize) };
}

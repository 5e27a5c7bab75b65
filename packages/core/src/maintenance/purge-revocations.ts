import type { Knex } from 'knex';
import { quoteName, refuseUnknownKeys } from '../options.js';
import { readBatchSize } from './batches.js';
import { requireAge } from './cutoff.js';
import { purgeOldRows } from './purge-old-rows.js';
import type { AgeLimits } from './purge-old-rows.js';
import { REMOVAL_OPTIONS } from './removal.js';
import type { RemovalOptions, RemovalReport } from './removal.js';
import { findTables, requireTable } from './tables.js';

/** Options of {@link purgeRevocations}. */
export interface RevocationPurgeOptions extends RemovalOptions {
  /**
   * Revocations older than this are deleted, in whole seconds: 60 to a century. It must be longer than any sign-in at
   * any target app lives, for one whose revocation is gone counts as good again. Default 2,678,400, which is 31 days.
   */
  readonly olderThanSeconds?: number;
  /** By name or schema.name, in a database that has no table of handoffs. Default: the one beside that. */
  readonly revocationsTable?: string;
}

const DEFAULT_REVOCATION_SECONDS = 31 * 86_400;

/**
 * Deletes revocations that were recorded so long ago that no sign-in is left which they could end.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several tables of handoffs and none was named.
 * @example
 * const { rows } = await purgeRevocations(knex, { olderThanSeconds: 90 * 86_400 });
 */
export async function purgeRevocations(
  knex: Knex,
  options: RevocationPurgeOptions = {},
): Promise<RemovalReport> {
  const limits = resolveRevocationPurge(options);
  const name = await findRevocations(knex, options);
  const table = { name, time: 'created_at', job: 'revocations' } as const;
  return await purgeOldRows(knex, table, { ...options, ...limits });
}

/** @throws TypeError as {@link purgeRevocations}. */
export function resolveRevocationPurge(options: RevocationPurgeOptions): AgeLimits {
  refuseUnknownKeys('purgeRevocations', options, [
    'olderThanSeconds',
    'revocationsTable',
    ...REMOVAL_OPTIONS,
  ]);
  const { olderThanSeconds = DEFAULT_REVOCATION_SECONDS, batchSize } = options;
  requireAge('olderThanSeconds', olderThanSeconds);
  return { olderThanSeconds, batchSize: readBatchSize(batchSize) };
}

async function findRevocations(
  knex: Knex,
  { revocationsTable, ...choice }: RevocationPurgeOptions,
): Promise<string> {
  const revocations =
    revocationsTable === undefined
      ? (await findTables(knex, choice)).revocations
      : quoteName('revocationsTable', revocationsTable);
  await requireTable(knex, revocations);
  return revocations;
}

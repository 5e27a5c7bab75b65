import type { Knex } from 'knex';
import { quoteName, refuseUnknownKeys } from '../options.js';
import { avoid, hasTurn, inTransaction, readBatchSize, runBatches } from './batches.js';
import { readCutoffs, requireAge } from './cutoff.js';
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
  const { olderThanSeconds, batchSize } = resolveRevocationPurge(options);
  const { dryRun = false, onProgress } = options;
  const revocations = await findRevocations(knex, options);
  const { cutoff } = await readCutoffs(knex, olderThanSeconds);
  const report = { cutoff: new Date(cutoff), dryRun };
  const count = (): Promise<number> => countOlder(knex, revocations, cutoff);
  if (dryRun) return { ...report, rows: await count(), outcome: 'done' };
  // Counting reads an index from end to end: not for nobody.
  const total = onProgress === undefined ? 0 : await count();
  const takeBatch = (trx: Knex.Transaction): Promise<number | null> =>
    deleteBatch(trx, revocations, { cutoff, batchSize });
  return { ...report, ...(await runBatches(options, total, () => inTransaction(knex, takeBatch))) };
}

/** @throws TypeError as {@link purgeRevocations}. */
export function resolveRevocationPurge(
  options: RevocationPurgeOptions,
): Required<Pick<RevocationPurgeOptions, 'olderThanSeconds' | 'batchSize'>> {
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

async function countOlder(knex: Knex, revocations: string, cutoff: string): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ rows: string }] }>(
    `SELECT count(*) AS rows FROM ${revocations} WHERE created_at < ?::timestamptz`,
    [cutoff],
  );
  return Number(rows[0].rows);
}

async function deleteBatch(
  trx: Knex.Transaction,
  revocations: string,
  limits: { readonly cutoff: string; readonly batchSize: number },
): Promise<number | null> {
  const turn = await trx.raw<{ rows: [{ isOurs: boolean }] }>(
    `SELECT ${hasTurn('revocations', revocations)} AS "isOurs", ${avoid('seqscan', 'bitmapscan', 'sort', 'hashjoin', 'mergejoin')}`,
  );
  if (!turn.rows[0].isOurs) return null;
  const { rows } = await trx.raw<{ rows: [{ rows: number }] }>(
    `WITH picked AS MATERIALIZED (
  SELECT id FROM ${revocations} WHERE created_at < :cutoff::timestamptz ORDER BY created_at LIMIT :batchSize
), taken AS (
  DELETE FROM ${revocations} revocation USING picked WHERE revocation.id = picked.id RETURNING revocation.id
)
SELECT count(*)::int AS rows FROM taken`,
    limits,
  );
  return rows[0].rows;
}

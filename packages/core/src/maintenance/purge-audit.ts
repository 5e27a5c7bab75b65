import type { Knex } from 'knex';
import { findAudit } from '../audit/find.js';
import { refuseUnknownKeys } from '../options.js';
import { avoid, hasTurn, inTransaction, readBatchSize, runBatches } from './batches.js';
import { readCutoffs, requireAge } from './cutoff.js';
import { iso } from './iso.js';
import { REMOVAL_OPTIONS } from './removal.js';
import type { RemovalOptions, RemovalReport } from './removal.js';

/** Options of {@link purgeAudit}. */
export interface AuditPurgeOptions extends RemovalOptions {
  /** Entries older than this are deleted, in whole seconds: 60 to a century. Default 7,776,000, which is 90 days. */
  readonly olderThanSeconds?: number;
}

const DEFAULT_AUDIT_SECONDS = 90 * 86_400;

/**
 * Deletes the entries of `cross_app_audit` that were made long ago, for good. They name people's addresses, so they
 * should not be kept for longer than somebody reads them.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { rows } = await purgeAudit(knex, { olderThanSeconds: 30 * 86_400 });
 */
export async function purgeAudit(knex: Knex, options: AuditPurgeOptions = {}): Promise<RemovalReport> {
  const { olderThanSeconds, batchSize } = resolveAuditPurge(options);
  const { dryRun = false, onProgress } = options;
  const audit = await findAudit(knex, options);
  const { cutoff } = await readCutoffs(knex, olderThanSeconds);
  const report = { cutoff: new Date(cutoff), dryRun };
  const count = (): Promise<number> => countOlder(knex, audit, cutoff);
  if (dryRun) return { ...report, rows: await count(), outcome: 'done' };
  // Counting reads an index from end to end: not for nobody.
  const total = onProgress === undefined ? 0 : await count();
  const nextBatch = prepareBatch(knex, audit, { cutoff, batchSize });
  return { ...report, ...(await runBatches(options, total, nextBatch)) };
}

/** @throws TypeError as {@link purgeAudit}. */
export function resolveAuditPurge(
  options: AuditPurgeOptions,
): Required<Pick<AuditPurgeOptions, 'olderThanSeconds' | 'batchSize'>> {
  refuseUnknownKeys('purgeAudit', options, ['olderThanSeconds', ...REMOVAL_OPTIONS]);
  const { olderThanSeconds = DEFAULT_AUDIT_SECONDS, batchSize } = options;
  requireAge('olderThanSeconds', olderThanSeconds);
  return { olderThanSeconds, batchSize: readBatchSize(batchSize) };
}

async function countOlder(knex: Knex, audit: string, cutoff: string): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ rows: string }] }>(
    `SELECT count(*) AS rows FROM ${audit} WHERE at < ?::timestamptz`,
    [cutoff],
  );
  return Number(rows[0].rows);
}

// Each goes on where the last one ended, not over the dead entries of the index that it left. Nothing is locked
// before the DELETE: FOR UPDATE would need the privilege to change what nobody may change.
function prepareBatch(
  knex: Knex,
  audit: string,
  limits: { readonly cutoff: string; readonly batchSize: number },
): () => Promise<number | null> {
  let start = '-infinity';
  const take = async (trx: Knex.Transaction): Promise<number | null> => {
    const turn = await trx.raw<{ rows: [{ isOurs: boolean }] }>(
      `SELECT ${hasTurn('audit', audit)} AS "isOurs", ${avoid('seqscan', 'bitmapscan', 'sort', 'hashjoin', 'mergejoin')}`,
    );
    if (!turn.rows[0].isOurs) return null;
    const { rows } = await trx.raw<{ rows: [{ rows: number; last: string | null }] }>(
      `WITH picked AS MATERIALIZED (
  SELECT id, at FROM ${audit} WHERE at >= :start::timestamptz AND at < :cutoff::timestamptz
  ORDER BY at LIMIT :batchSize
), taken AS (
  DELETE FROM ${audit} entry USING picked WHERE entry.id = picked.id RETURNING entry.id
)
SELECT (SELECT count(*)::int FROM taken) AS rows, (SELECT ${iso('max(at)')} FROM picked) AS last`,
      { ...limits, start },
    );
    start = rows[0].last ?? start;
    return rows[0].rows;
  };
  return () => inTransaction(knex, take);
}

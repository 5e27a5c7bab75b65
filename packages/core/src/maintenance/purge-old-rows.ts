import type { Knex } from 'knex';
import { avoid, hasTurn, inTransaction, runBatches } from './batches.js';
import type { Job } from './batches.js';
import { readCutoffs } from './cutoff.js';
import { iso } from './iso.js';
import type { RemovalOptions, RemovalReport } from './removal.js';

/** A table whose rows are deleted by their age, for good. It has an index on the time, and `id` is its key. */
export interface AgeingTable {
  /** Quoted. */
  readonly name: string;
  /** The column that says how old a row is. */
  readonly time: 'at' | 'created_at';
  /** Whose turn it is to delete from it. */
  readonly job: Job;
}

/** What is deleted, and how much of it at a time. */
export interface AgeLimits {
  readonly olderThanSeconds: number;
  readonly batchSize: number;
}

/** Deletes the rows that are older than that by the database's clock, or counts them. */
export async function purgeOldRows(
  knex: Knex,
  table: AgeingTable,
  { olderThanSeconds, batchSize, dryRun = false, ...options }: AgeLimits & Omit<RemovalOptions, 'batchSize'>,
): Promise<RemovalReport> {
  const { cutoff } = await readCutoffs(knex, olderThanSeconds);
  const report = { cutoff: new Date(cutoff), dryRun };
  const count = (): Promise<number> => countOlder(knex, table, cutoff);
  if (dryRun) return { ...report, rows: await count(), outcome: 'done' };
  // Counting reads an index from end to end: not for nobody.
  const total = options.onProgress === undefined ? 0 : await count();
  const nextBatch = prepareBatch(knex, table, { cutoff, batchSize });
  return { ...report, ...(await runBatches(options, total, nextBatch)) };
}

async function countOlder(knex: Knex, { name, time }: AgeingTable, cutoff: string): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ rows: string }] }>(
    `SELECT count(*) AS rows FROM ${name} WHERE ${time} < ?::timestamptz`,
    [cutoff],
  );
  return Number(rows[0].rows);
}

// Each goes on where the last one ended, not over the dead entries of the index that it left. Nothing is locked
// before the DELETE: FOR UPDATE would need the privilege to change what nobody may change.
function prepareBatch(
  knex: Knex,
  { name, time, job }: AgeingTable,
  limits: { readonly cutoff: string; readonly batchSize: number },
): () => Promise<number | null> {
  let start = '-infinity';
  const take = async (trx: Knex.Transaction): Promise<number | null> => {
    const turn = await trx.raw<{ rows: [{ isOurs: boolean }] }>(
      `SELECT ${hasTurn(job, name)} AS "isOurs", ${avoid('seqscan', 'bitmapscan', 'sort', 'hashjoin', 'mergejoin')}`,
    );
    if (!turn.rows[0].isOurs) return null;
    const { rows } = await trx.raw<{ rows: [{ rows: number; last: string | null }] }>(
      `WITH picked AS MATERIALIZED (
  SELECT id, ${time} AS time FROM ${name} WHERE ${time} >= :start::timestamptz AND ${time} < :cutoff::timestamptz
  ORDER BY ${time} LIMIT :batchSize
), taken AS (
  DELETE FROM ${name} old USING picked WHERE old.id = picked.id RETURNING old.id
)
SELECT (SELECT count(*)::int FROM taken) AS rows, (SELECT ${iso('max(time)')} FROM picked) AS last`,
      { ...limits, start },
    );
    start = rows[0].last ?? start;
    return rows[0].rows;
  };
  return () => inTransaction(knex, take);
}

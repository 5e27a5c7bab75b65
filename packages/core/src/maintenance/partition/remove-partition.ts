import type { Knex } from 'knex';
import { readArchiveColumns } from '../archive-columns.js';
import { inShortTransaction, runBatches } from '../batches.js';
import type { BatchOptions, Outcome } from '../batches.js';
import { readCutoffs, RETRY_SECONDS } from '../cutoff.js';
import type { Pass, Removal } from '../removal-batch.js';
import { nextBatch } from '../removal.js';
import type { MaintainedTables } from '../tables.js';
import type { OldPartition } from './old-partitions.js';

const QUERY_CANCELED = '57014';
const ALL: Pass = { orderedBy: 'expires_at', condition: 'true' };

/** Moves every row of the partition to the archive, in batches. A row that somebody holds stays. */
export async function archiveRows(
  knex: Knex,
  { tables, partition }: { readonly tables: MaintainedTables; readonly partition: OldPartition },
  options: BatchOptions & { readonly batchSize: number },
): Promise<{ rows: number; outcome: Outcome }> {
  const { sessions, archive } = tables;
  const removal: Removal = {
    job: 'archive',
    sessions,
    from: partition.name,
    into: { table: archive, columns: await readArchiveColumns(knex, tables) },
    cutoffs: await readCutoffs(knex, RETRY_SECONDS),
    batchSize: options.batchSize,
  };
  return runBatches(options, partition.rows, nextBatch(knex, removal, [ALL]));
}

/** Drops a partition with what is in it. */
export async function dropPartition(knex: Knex, { sessions }: MaintainedTables, name: string): Promise<void> {
  await dropIf(knex, { sessions, name }, () => Promise.resolve(true));
}

/** Drops a partition whose rows have moved. False when there are rows in it after all. */
export async function dropEmptyPartition(
  knex: Knex,
  { sessions }: MaintainedTables,
  name: string,
): Promise<boolean> {
  // So that the check, which nobody can sign in beside, need not read through what was there.
  await knex.raw(`VACUUM ${name}`);
  try {
    return await dropIf(knex, { sessions, name }, (trx) => isEmpty(trx, name));
  } catch (error) {
    if ((error as { code?: unknown }).code === QUERY_CANCELED) return false;
    throw error;
  }
}

async function isEmpty(trx: Knex.Transaction, name: string): Promise<boolean> {
  await trx.raw("SET LOCAL statement_timeout = '250ms'");
  const { rows } = await trx.raw<{ rows: unknown[] }>(`SELECT FROM ${name} LIMIT 1`);
  await trx.raw('SET LOCAL statement_timeout = 0');
  return rows.length === 0;
}

/**
 * Drops the partition if the check says so, with nobody else at the table. DROP takes an attached partition too;
 * DETACH before it would make a foreign key of its own, and lock the host's users to take that away again.
 */
function dropIf(
  knex: Knex,
  { sessions, name }: { readonly sessions: string; readonly name: string },
  isToGo: (trx: Knex.Transaction) => Promise<boolean>,
): Promise<boolean> {
  return inShortTransaction(knex, async (trx) => {
    // First the table, as everybody else does: the other way round they would wait for each other in a circle.
    await trx.raw(`LOCK TABLE ONLY ${sessions} IN ACCESS EXCLUSIVE MODE`);
    await trx.raw(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
    const isDropped = await isToGo(trx);
    if (isDropped) await trx.raw(`DROP TABLE ${name}`);
    return isDropped;
  });
}

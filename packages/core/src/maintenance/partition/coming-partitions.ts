import type { Knex } from 'knex';
import { unquote, withSuffix } from '../../table-name.js';
import { createPartition, findMissingPartitions, PARTITIONS_AHEAD } from '../../partitions.js';
import type { PartitionRange } from '../../partitions.js';
import type { PartitionInterval } from '../../schema-options.js';
import { inShortTransaction } from '../batches.js';
import type { Outcome } from '../batches.js';
import { adoptPartitions } from './privileges.js';

/** A partition that was left for a later run. */
export interface PostponedPartition {
  readonly name: string;
  /** What is in the way, and what to do. */
  readonly reason: string;
}

/** What to make, and how. */
export interface ComingOptions {
  readonly interval: PartitionInterval;
  readonly ahead: number | undefined;
  /** As many rows as may move out of the default partition, for nobody can sign in meanwhile. */
  readonly maxMoved: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Makes the partition of now and those to come, where they are missing, each in a transaction of its own. */
export async function createMissing(
  knex: Knex,
  sessions: string,
  options: ComingOptions,
): Promise<{ created: string[]; postponed: PostponedPartition[]; outcome: Outcome }> {
  const { interval, ahead = PARTITIONS_AHEAD[interval], maxMoved, dryRun, signal } = options;
  const created: string[] = [];
  const postponed: PostponedPartition[] = [];
  for (const range of await findMissingPartitions(knex, sessions, { interval, ahead })) {
    if (signal?.aborted === true) return { created, postponed, outcome: 'interrupted' };
    const name = unquote(withSuffix(sessions, range.suffix));
    if (await hasMoreRows(knex, sessions, { range, maxMoved })) {
      const reason = `more than ${maxMoved} rows of its time are in the default partition, where they stay until cleanup takes them`;
      postponed.push({ name, reason });
      continue;
    }
    if (!dryRun) await createOne(knex, sessions, range);
    created.push(name);
  }
  return { created, postponed, outcome: 'done' };
}

function createOne(knex: Knex, sessions: string, range: PartitionRange): Promise<void> {
  return inShortTransaction(knex, async (trx) => {
    await lockIfIssuedInto(trx, sessions, range);
    await createPartition(trx, sessions, range);
    await adoptPartitions(trx, sessions);
  });
}

// What is on its way into the default partition would be refused there once this one is attached, and what moves
// would not be found. Whoever waits for the table itself looks for its partitions afterwards.
async function lockIfIssuedInto(
  trx: Knex.Transaction,
  sessions: string,
  { from }: PartitionRange,
): Promise<void> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    "SELECT WHERE ?::timestamptz < now() + interval '1 day'",
    [from],
  );
  if (rows.length > 0) await trx.raw(`LOCK TABLE ONLY ${sessions} IN ACCESS EXCLUSIVE MODE`);
}

async function hasMoreRows(
  knex: Knex,
  sessions: string,
  { range, maxMoved }: { range: PartitionRange; maxMoved: number },
): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT FROM ${sessions} WHERE expires_at >= ?::timestamptz AND expires_at < ?::timestamptz OFFSET ? LIMIT 1`,
    [range.from, range.to, maxMoved],
  );
  return rows.length > 0;
}

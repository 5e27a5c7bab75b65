import type { Knex } from 'knex';
import { runBatches } from './batches.js';
import type { BatchOptions, Outcome } from './batches.js';
import { takeBatch } from './removal-batch.js';
import type { Pass, Removal } from './removal-batch.js';
import type { TableChoice } from './tables.js';

/** Options of everything that takes rows out of a table. */
export interface RemovalOptions extends TableChoice, BatchOptions {
  /** Only count. Default false. */
  readonly dryRun?: boolean;
}

/** What a run took. */
export interface RemovalReport {
  /** Rows that were moved or deleted; with `dryRun`, that would be. */
  readonly rows: number;
  readonly outcome: Outcome;
  /** Rows from before this instant of the database's clock were taken. */
  readonly cutoff: Date;
  readonly dryRun: boolean;
}

/** The names of {@link RemovalOptions}, for those who refuse others. */
export const REMOVAL_OPTIONS: readonly string[] = [
  'sessionsTable',
  'batchSize',
  'signal',
  'onProgress',
  'dryRun',
];

/** Takes the rows of one pass after the other, or counts them. */
export async function runRemoval(
  knex: Knex,
  { removal, passes }: { readonly removal: Removal; readonly passes: readonly Pass[] },
  options: RemovalOptions,
): Promise<RemovalReport> {
  const { dryRun = false, onProgress } = options;
  const count = (): Promise<number> => countRows(knex, removal, passes);
  const cutoff = new Date(removal.cutoffs.cutoff);
  if (dryRun) return { rows: await count(), outcome: 'done', cutoff, dryRun };
  // Counting reads an index from end to end: not for nobody.
  const total = onProgress === undefined ? 0 : await count();
  return { ...(await runBatches(options, total, nextBatch(knex, removal, passes))), cutoff, dryRun };
}

async function countRows(knex: Knex, removal: Removal, passes: readonly Pass[]): Promise<number> {
  const counts = passes.map(({ condition }) => `(SELECT count(*) FROM ${removal.from} WHERE ${condition})`);
  const { rows } = await knex.raw<{ rows: [{ rows: string }] }>(`SELECT ${counts.join(' + ')} AS rows`, {
    ...removal.cutoffs,
  });
  return Number(rows[0].rows);
}

/** Each call takes a batch: of the pass under way, or of the next one that finds something. */
export function nextBatch(
  knex: Knex,
  removal: Removal,
  passes: readonly Pass[],
): () => Promise<number | null> {
  const left = [...passes];
  let start = '-infinity';
  return async () => {
    for (let pass = left[0]; pass !== undefined; pass = left[0]) {
      const batch = await takeBatch(knex, removal, { pass, start });
      if (batch === null) return null;
      if (batch.rows > 0) {
        start = batch.last ?? start;
        return batch.rows;
      }
      left.shift();
      start = '-infinity';
    }
    return 0;
  };
}

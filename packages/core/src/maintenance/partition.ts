import type { Knex } from 'knex';
import { unquote, withSuffix } from '../table-name.js';
import { refuseUnknownKeys } from '../options.js';
import { findMissingPartitions, PARTITIONS_AHEAD } from '../partitions.js';
import type { PartitionInterval } from '../schema-options.js';
import { tryUntilUnlocked } from '../unlocked.js';
import { DEFAULT_BATCH_SIZE } from './batches.js';
import type { Outcome } from './batches.js';
import { addBound, chooseBound, dropBound } from './partition/bound.js';
import { createMissing } from './partition/coming-partitions.js';
import type { PostponedPartition } from './partition/coming-partitions.js';
import { refuseObstacles } from './partition/obstacles.js';
import { requireAhead, requireInterval, requireSameInterval } from './partition/options.js';
import { isPlain } from './partition/plain-table.js';
import { swapTables } from './partition/swap.js';
import { withTurn } from './partition/turn.js';
import { buildIndex, findIndex, uniqueIndexes } from './partition/unique-indexes.js';
import { findTables } from './tables.js';
import type { MaintainedTables, TableChoice } from './tables.js';

/** Options of {@link partitionSessions}. */
export interface PartitionOptions extends TableChoice {
  /** What one partition holds. Default `month`. */
  readonly interval?: PartitionInterval;
  /** How many partitions after the current one there are to be, 0 to 366. Default 3 months or 14 days. */
  readonly ahead?: number;
  /** Only say what would be done. Default false. */
  readonly dryRun?: boolean;
  /** Once aborted, the step under way is the last one. Running it again goes on from there. */
  readonly signal?: AbortSignal;
  /** Called after each step with a sentence that says what was done; with `dryRun`, what would be. */
  readonly onStep?: (step: string) => void;
}

/** What {@link partitionSessions} did; with `dryRun`, what it would do. */
export interface PartitionReport {
  /** False when the table has been partitioned before, or when the conversion did not get that far. */
  readonly converted: boolean;
  /** The partition with all rows from before, and the first instant that is not in it. Null unless converted. */
  readonly firstPartition: { readonly name: string; readonly until: Date } | null;
  /** Partitions that were made for what is to come. */
  readonly created: readonly string[];
  /** What a later run will make. */
  readonly postponed: readonly PostponedPartition[];
  /** As told to `onStep`. */
  readonly steps: readonly string[];
  readonly outcome: Outcome;
  readonly dryRun: boolean;
}

/**
 * Converts the plain sessions table, while it is used, to one with a partition for each month or day of
 * `expires_at`. No row moves: the table becomes the first partition. Indexes are built and rows are checked beside
 * the traffic; the table itself is exchanged in one transaction, which gives up and tries again, for up to a minute,
 * where it would have to wait longer than a quarter of a second. Killed at any point, it goes on when it is run
 * again; do that within a week, for until then a CHECK may be left that refuses what expires later.
 *
 * A table that is partitioned already only gets the partitions to come. Needs two connections of the pool.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when something of the host's would not survive: a view or a foreign key that refers to
 * the table, a trigger, a policy; when the table has partitions of another interval; when there is no such table, or
 * several and none was named.
 * @example
 * const { converted, firstPartition } = await partitionSessions(knex, { interval: 'month' });
 */
export async function partitionSessions(
  knex: Knex,
  options: PartitionOptions = {},
): Promise<PartitionReport> {
  const known = ['sessionsTable', 'interval', 'ahead', 'dryRun', 'signal', 'onStep'];
  refuseUnknownKeys('partitionSessions', options, known);
  const { interval, ahead, dryRun = false } = options;
  requireInterval(interval);
  requireAhead(ahead);

  const tables = await findTables(knex, options);
  const run: Run = { tables, options: { ...options, dryRun }, steps: [], first: null };
  requireSameInterval(tables, interval);
  const converted = await withTurn(knex, tables.sessions, (turn) => convert(knex, turn, run));
  const coming = converted === 'done' ? await makeComing(knex, run) : nothingMade(converted ?? 'busy');
  return {
    converted: run.first !== null,
    firstPartition: run.first,
    ...coming,
    steps: run.steps,
    dryRun,
  };
}

interface Run {
  readonly tables: MaintainedTables;
  readonly options: PartitionOptions & { readonly dryRun: boolean };
  readonly steps: string[];
  first: PartitionReport['firstPartition'];
}

/** Does a step and tells of it; false once the signal says to stop. */
type Step = (sentence: string, work: () => Promise<void>) => Promise<boolean>;

function stepOf({ options: { dryRun, signal, onStep }, steps }: Run): Step {
  return async (sentence, work) => {
    if (signal?.aborted === true) return false;
    if (!dryRun) await work();
    steps.push(sentence);
    onStep?.(sentence);
    return true;
  };
}

async function convert(knex: Knex, turn: Knex.Transaction, run: Run): Promise<Outcome> {
  const { sessions } = run.tables;
  // Asked only now: whoever had the turn before may have converted it.
  if (!(await isPlain(knex, run.tables))) return 'done';
  await refuseObstacles(knex, run.tables);
  if (!run.options.dryRun) await dropBound(knex, sessions);
  try {
    return (await convertPlain(knex, turn, run)) ? 'done' : 'interrupted';
  } finally {
    // Nobody may be refused by what is left of a conversion that did not end.
    if (run.first === null && !run.options.dryRun) await dropBound(knex, sessions);
  }
}

async function convertPlain(knex: Knex, turn: Knex.Transaction, run: Run): Promise<boolean> {
  const { sessions } = run.tables;
  const { interval = 'month' } = run.options;
  const step = stepOf(run);
  for (const index of uniqueIndexes(sessions)) {
    if ((await findIndex(knex, index)) === 'valid') continue;
    const sentence = `built ${unquote(index.name)}, unique on (${index.columns}), beside the traffic`;
    if (!(await step(sentence, () => buildIndex(knex, sessions, index)))) return false;
  }
  const bound = await chooseBound(knex, sessions, interval);
  const until = bound.instant.slice(0, 10);
  const checked = `checked that every row expires before ${until}`;
  if (!(await step(checked, () => addBound(knex, sessions, bound)))) return false;

  const name = unquote(withSuffix(sessions, bound.suffix));
  const swapped = `made ${unquote(sessions)} partitioned by ${interval}; its rows are in ${name}, until ${until}`;
  const isSwapped = await step(swapped, () =>
    tryUntilUnlocked(() => turn.transaction((trx) => swapTables(trx, sessions, { interval, bound }))),
  );
  if (isSwapped) run.first = { name, until: new Date(`${until}T00:00:00Z`) };
  return isSwapped;
}

type Coming = Pick<PartitionReport, 'created' | 'postponed' | 'outcome'>;

const nothingMade = (outcome: Outcome): Coming => ({ created: [], postponed: [], outcome });

async function makeComing(knex: Knex, run: Run): Promise<Coming> {
  const { ahead, dryRun, signal } = run.options;
  if (dryRun && run.first !== null)
    return { ...nothingMade('done'), created: await foreseeComing(knex, run, run.first.until) };
  // Read again, for it says now by what the table is partitioned.
  const { sessions, record } = await findTables(knex, run.options);
  const coming = await withTurn(knex, sessions, () =>
    createMissing(knex, sessions, {
      interval: record.partitionInterval ?? 'month',
      ahead,
      maxMoved: DEFAULT_BATCH_SIZE,
      dryRun,
      signal,
    }),
  );
  return coming ?? nothingMade('busy');
}

async function foreseeComing(knex: Knex, run: Run, until: Date): Promise<string[]> {
  const { sessions } = run.tables;
  const { interval = 'month', ahead = PARTITIONS_AHEAD[interval] } = run.options;
  const missing = await findMissingPartitions(knex, sessions, { interval, ahead });
  return missing
    .filter(({ from }) => from.slice(0, 10) >= until.toISOString().slice(0, 10))
    .map(({ suffix }) => unquote(withSuffix(sessions, suffix)));
}

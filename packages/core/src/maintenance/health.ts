import type { Knex } from 'knex';
import { readActivity } from './health/activity.js';
import { cleanup } from './health/cleanup.js';
import { clock } from './health/clock.js';
import type { CheckGroup, HealthContext } from './health/context.js';
import { ids } from './health/ids.js';
import { indexes } from './health/indexes.js';
import { migrations } from './health/migrations.js';
import { resolveHealthOptions } from './health/options.js';
import type { HealthOptions } from './health/options.js';
import { partitions } from './health/partitions.js';
import { conclude, worstOf } from './health/report.js';
import type { HealthCheck, HealthReport } from './health/report.js';
import { storage } from './health/storage.js';
import { locateTables, shown } from './health/target.js';
import { transactions } from './health/transactions.js';
import { unusedIndexes } from './health/unused-indexes.js';
import { vacuum } from './health/vacuum.js';

const GROUPS: readonly CheckGroup[] = [
  migrations,
  indexes,
  cleanup,
  partitions,
  ids,
  storage,
  vacuum,
  transactions,
  unusedIndexes,
  clock,
];

// Health is asked for when something is wrong: it must not hang behind what is wrong.
const TIMEOUTS = "SET LOCAL lock_timeout = '500ms'; SET LOCAL statement_timeout = '20s'";

/** SQLSTATEs after which the other checks can still be done. */
const UNKNOWN: Readonly<Partial<Record<string, string>>> = {
  '42501': 'grant that to the role that asks, or ask with the role that owns the tables',
  '55P03': 'something has locked the table: ask again, and see pg_stat_activity if it stays',
  '57014': 'it took longer than 20 seconds: see the checks size and dead_rows',
};

/**
 * Looks at everything about the tables that somebody may have to act on, and says what to do. It only reads, and
 * mostly statistics that PostgreSQL has anyway; the rows themselves are read by index, or not at all.
 *
 * A role that may not see something gets a warning that says so, never an error. What it needs for all of it:
 * SELECT on the tables and on the sequence of the ids, and `pg_read_all_stats`.
 *
 * @throws TypeError for an unknown option or a value it cannot have.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { status, checks } = await checkHealth(knex, { thresholds: { clockSeconds: { warn: 5 } } });
 * if (status !== 'ok') console.warn(checks.filter((check) => check.status !== 'ok'));
 */
export async function checkHealth(knex: Knex, options: HealthOptions = {}): Promise<HealthReport> {
  const resolved = resolveHealthOptions(options);
  const read = <Result>(work: (trx: Knex.Transaction) => Promise<Result>): Promise<Result> =>
    readOnly(knex, work);

  const target = await read((trx) => locateTables(trx, options));
  const contextOf = (trx: Knex.Transaction): HealthContext => ({ ...resolved, trx, target });
  const checks: HealthCheck[] = [];
  // Each in a transaction of its own: one that fails leaves the others alone.
  for (const group of GROUPS) {
    checks.push(...(await read((trx) => group.run(contextOf(trx))).catch(unknown(group))));
  }
  const activity = await read((trx) => readActivity(contextOf(trx)));
  return {
    status: worstOf(checks.map(({ status }) => status)),
    checkedAt: await read(readClock),
    table: target.name,
    checks,
    activity,
  };
}

function readOnly<Result>(knex: Knex, work: (trx: Knex.Transaction) => Promise<Result>): Promise<Result> {
  const run = async (trx: Knex.Transaction): Promise<Result> => {
    await trx.raw(TIMEOUTS);
    return work(trx);
  };
  return knex.transaction(run, { isolationLevel: 'read committed', readOnly: true });
}

function unknown({ names }: CheckGroup): (error: unknown) => HealthCheck[] {
  return (error) => {
    const { code = '', message } = error as { code?: string; message: string };
    const advice = UNKNOWN[code];
    if (advice === undefined) throw error;
    // knex puts the whole statement before PostgreSQL's message.
    const reason = message.split(' - ').at(-1) ?? message;
    return names.map((name) => conclude(name, 'warn', { message: `unknown: ${reason}`, advice, values: {} }));
  };
}

async function readClock(trx: Knex.Transaction): Promise<string> {
  const { rows } = await trx.raw<{ rows: { now: string }[] }>(`SELECT ${shown('clock_timestamp()')} AS now`);
  return rows[0]?.now ?? '';
}

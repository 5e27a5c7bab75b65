import type { Knex } from 'knex';
import { refuseProduction } from '../development-data.js';
import { refuseUnknownKeys, requireWholeNumber } from '../options.js';
import { inTransaction } from './batches.js';
import { EMAIL, historyStatement, isHistory, USERS } from './history-statement.js';
import { findTables } from './tables.js';
import type { MaintainedTables, TableChoice } from './tables.js';

/** Options of {@link seedHistory}. */
export interface HistoryOptions extends TableChoice {
  /** How many days by UTC, today being the last one: 1 to 366. Default 14. */
  readonly days?: number;
  /** Sessions on a working day, 1 to 10,000; about half as many at weekends. Default 200. */
  readonly perDay?: number;
  /** The same number makes the same history of a day, whenever it runs: 0 to 2,147,483,647. Default 1. */
  readonly randomSeed?: number;
  /** Run even when `NODE_ENV` is `production`. Default false. */
  readonly isForced?: boolean;
}

/** What {@link seedHistory} made. */
export interface SeededHistory {
  readonly sessions: number;
  /** How many of them are in the archive. */
  readonly archived: number;
  /** First day, `YYYY-MM-DD` by UTC. */
  readonly from: string;
  /** Last day, which is today and has not ended. */
  readonly to: string;
}

/**
 * Makes up the sessions of the last days, so that statistics and health have something to show: more by day than
 * by night, fewer at weekends; about 85 % redeemed, most of them within seconds, 2 % revoked, the rest expired, and
 * some replays. All have expired, and nobody has a token: the hashes are of texts that are none. They belong to
 * history-1@example.com ("Synthetic User 1") and 19 more, who are made too, and come from the app `test-history`.
 * Those before today are in the archive, where cleanup would have put them.
 *
 * Running it again replaces what it made before, and nothing else.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws ProductionRefused when `NODE_ENV` is `production`, unless it is forced.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * await seedHistory(knex, { days: 30 });
 */
export async function seedHistory(knex: Knex, options: HistoryOptions = {}): Promise<SeededHistory> {
  const { isForced, ...wanted } = readOptions(options);
  refuseProduction(isForced);
  return inTransaction(knex, async (trx) => {
    const tables = await findTables(trx, options);
    // Two at once would make the same rows: the second one waits, and replaces them.
    await trx.raw(
      `SELECT pg_advisory_xact_lock(hashtextextended('cross-app history ' || ?::regclass::oid, 0))`,
      [tables.sessions],
    );
    await removeHistory(trx, tables);
    await addUsers(trx, tables.users);
    return insertHistory(trx, tables, wanted);
  });
}

/**
 * Whether {@link seedHistory} has run, in a table or its archive.
 *
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * if (!(await hasHistory(knex))) await seedHistory(knex);
 */
export async function hasHistory(knex: Knex, choice: TableChoice = {}): Promise<boolean> {
  const { sessions, archive } = await findTables(knex, choice);
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT FROM ${sessions} WHERE ${isHistory()} UNION ALL SELECT FROM ${archive} WHERE ${isHistory()} LIMIT 1`,
  );
  return rows.length > 0;
}

function readOptions(options: HistoryOptions): Required<Omit<HistoryOptions, 'sessionsTable'>> {
  refuseUnknownKeys('seedHistory', options, ['sessionsTable', 'days', 'perDay', 'randomSeed', 'isForced']);
  const { days = 14, perDay = 200, randomSeed = 1, isForced = false } = options;
  requireWholeNumber('days', days, [1, 366]);
  requireWholeNumber('perDay', perDay, [1, 10_000]);
  requireWholeNumber('randomSeed', randomSeed, [0, 2_147_483_647]);
  return { days, perDay, randomSeed, isForced };
}

async function removeHistory(trx: Knex.Transaction, { sessions, archive }: MaintainedTables): Promise<void> {
  for (const table of [sessions, archive]) await trx.raw(`DELETE FROM ${table} WHERE ${isHistory()}`);
}

async function addUsers(trx: Knex.Transaction, users: string): Promise<void> {
  await trx.raw(
    `INSERT INTO ${users} (email, name)
     SELECT email, 'Synthetic User ' || number
     FROM generate_series(1, ?::int) AS number, LATERAL (SELECT ${EMAIL} AS email) made
     WHERE NOT EXISTS (SELECT FROM ${users} there WHERE lower(there.email) = made.email)
     ORDER BY number`,
    [USERS],
  );
}

async function insertHistory(
  trx: Knex.Transaction,
  tables: MaintainedTables,
  wanted: Readonly<Record<'days' | 'perDay' | 'randomSeed', number>>,
): Promise<SeededHistory> {
  const { sessions } = tables;
  const { rows } = await trx.raw<{ rows: [SeededHistory] }>(historyStatement(tables), {
    ...wanted,
    sessions,
    users: USERS,
  });
  // Until then the planner takes both tables for empty.
  await trx.raw(`ANALYZE ${sessions}, ${tables.archive}`);
  return rows[0];
}

import type { Knex } from 'knex';
import { quoteName } from '../options.js';
import { revocationsName } from '../revocations/table.js';
import { readRecords } from '../schema-record.js';
import type { SchemaRecord } from '../schema-record.js';
import { tableExists } from '../table-exists.js';
import { archiveName, unquote } from '../table-name.js';
import { MaintenanceRefused } from './refused.js';

/** Which table is meant, for everything that maintains one. */
export interface TableChoice {
  /** By name or schema.name. Default: the one that is recorded in `cross_app_settings`. */
  readonly sessionsTable?: string;
}

/** What maintenance works on. Names are quoted and have their schema. */
export interface MaintainedTables {
  readonly sessions: string;
  readonly archive: string;
  /** Not there before its migration. */
  readonly revocations: string;
  /** The host's. */
  readonly users: string;
  /** Null where the host has none. */
  readonly accounts: string | null;
  readonly record: SchemaRecord;
}

/**
 * Finds the tables by what was recorded when they were made.
 *
 * @throws MaintenanceRefused when there are none, or several and none was named.
 */
export async function findTables(knex: Knex, { sessionsTable }: TableChoice = {}): Promise<MaintainedTables> {
  if (sessionsTable !== undefined) quoteName('sessionsTable', sessionsTable); // throws for what is no name
  const records = (await readRecords(knex)).filter(
    ({ sessions }) =>
      sessionsTable === undefined || sessions === sessionsTable || sessions.endsWith(`.${sessionsTable}`),
  );
  const [record] = records;
  if (record === undefined) {
    throw new MaintenanceRefused(
      `There is no ${sessionsTable ?? 'cross_app_sessions'} here that our migrations made: run cross-app migrate, or your knexfile's, first.`,
    );
  }
  if (records.length > 1) {
    const names = records.map(({ sessions }) => sessions).join(', ');
    throw new MaintenanceRefused(
      `There are several: ${names}. Name one with sessionsTable (--sessions-table).`,
    );
  }
  const sessions = quoteName('sessionsTable', record.sessions);
  return {
    sessions,
    archive: archiveName(sessions),
    revocations: revocationsName(sessions),
    users: quoteName('users', record.users),
    accounts: record.accounts === null ? null : quoteName('accounts', record.accounts),
    record,
  };
}

/** @throws MaintenanceRefused when a table that a later migration makes is not there. Its name is quoted. */
export async function requireTable(knex: Knex, quotedName: string): Promise<void> {
  if (await tableExists(knex, quotedName)) return;
  throw new MaintenanceRefused(
    `There is no ${unquote(quotedName)}: run cross-app migrate, or your knexfile's, first.`,
  );
}

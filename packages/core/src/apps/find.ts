import type { Knex } from 'knex';
import { findTables, requireTable } from '../maintenance/tables.js';
import type { TableChoice } from '../maintenance/tables.js';
import { appTables } from './table.js';
import type { AppTables } from './table.js';

/**
 * Finds the table of handoffs, and the tables of apps beside it.
 *
 * @throws MaintenanceRefused when one of them is not there.
 */
export async function findAppTables(knex: Knex, choice: TableChoice): Promise<AppTables> {
  const { sessions } = await findTables(knex, choice);
  const tables = appTables(sessions);
  await requireTable(knex, tables.apps);
  return tables;
}

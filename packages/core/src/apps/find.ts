import type { Knex } from 'knex';
import { MaintenanceRefused } from '../maintenance/refused.js';
import { findTables } from '../maintenance/tables.js';
import type { TableChoice } from '../maintenance/tables.js';
import { unquote } from '../table-name.js';
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
  const { rows } = await knex.raw<{ rows: [{ isThere: boolean }] }>(
    'SELECT to_regclass(?) IS NOT NULL AS "isThere"',
    [tables.secrets],
  );
  if (rows[0].isThere) return tables;
  throw new MaintenanceRefused(
    `There is no ${unquote(tables.apps)}: run cross-app migrate, or your knexfile's, first.`,
  );
}

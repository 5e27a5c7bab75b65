import type { Knex } from 'knex';
import { MaintenanceRefused } from '../maintenance/refused.js';
import { findTables } from '../maintenance/tables.js';
import type { TableChoice } from '../maintenance/tables.js';
import { unquote } from '../table-name.js';
import { auditName } from './table.js';

/**
 * Finds the table of handoffs, and the audit beside it.
 *
 * @returns the quoted name of the audit.
 * @throws MaintenanceRefused when one of them is not there.
 */
export async function findAudit(knex: Knex, choice: TableChoice): Promise<string> {
  const { sessions } = await findTables(knex, choice);
  const audit = auditName(sessions);
  const { rows } = await knex.raw<{ rows: [{ isThere: boolean }] }>(
    'SELECT to_regclass(?) IS NOT NULL AS "isThere"',
    [audit],
  );
  if (rows[0].isThere) return audit;
  throw new MaintenanceRefused(
    `There is no ${unquote(audit)}: run cross-app migrate, or your knexfile's, first.`,
  );
}

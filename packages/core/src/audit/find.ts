import type { Knex } from 'knex';
import { findTables, requireTable } from '../maintenance/tables.js';
import type { TableChoice } from '../maintenance/tables.js';
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
  await requireTable(knex, audit);
  return audit;
}

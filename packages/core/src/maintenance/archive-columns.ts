import type { Knex } from 'knex';
import { tableExists } from '../table-exists.js';
import { MaintenanceRefused } from './refused.js';
import type { MaintainedTables } from './tables.js';

/** @throws MaintenanceRefused when somebody has dropped it. */
export async function requireArchive(knex: Knex, { sessions, archive }: MaintainedTables): Promise<void> {
  if (await tableExists(knex, archive)) return;
  throw new MaintenanceRefused(
    `There is no archive ${archive}: make it again with CREATE TABLE ${archive} (LIKE ${sessions} INCLUDING ALL).`,
  );
}

/**
 * The columns that a row has in both tables, quoted. By name, for a table that was upgraded may have them in another
 * order than its archive.
 *
 * @throws MaintenanceRefused when there is no archive, or when it lacks a column: what is in it would be lost.
 */
export async function readArchiveColumns(knex: Knex, tables: MaintainedTables): Promise<string[]> {
  await requireArchive(knex, tables);
  const { sessions, archive } = tables;
  const { rows } = await knex.raw<{ rows: { name: string; type: string; isInArchive: boolean }[] }>(
    `SELECT quote_ident(attname) AS name, format_type(atttypid, atttypmod) AS type,
            EXISTS (
              SELECT FROM pg_attribute archived
              WHERE archived.attrelid = :archive::regclass
                AND archived.attname = here.attname AND NOT archived.attisdropped
            ) AS "isInArchive"
     FROM pg_attribute here
     WHERE attrelid = :sessions::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     ORDER BY attnum`,
    { sessions, archive },
  );
  const missing = rows.filter(({ isInArchive }) => !isInArchive);
  if (missing.length > 0) {
    const additions = missing.map(({ name, type }) => `ADD COLUMN ${name} ${type}`).join(', ');
    throw new MaintenanceRefused(
      `The archive lacks columns of ${sessions}, which would be lost. Add them: ALTER TABLE ${archive} ${additions}`,
    );
  }
  return rows.map(({ name }) => name);
}

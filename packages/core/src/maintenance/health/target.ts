import type { Knex } from 'knex';
import { quoteName } from '../../options.js';
import { iso } from '../iso.js';
import { MaintenanceRefused } from '../refused.js';
import { findTables } from '../tables.js';
import type { TableChoice } from '../tables.js';

/** The tables whose health is looked at. */
export interface HealthTarget {
  /** `schema.name` of the sessions. */
  readonly name: string;
  /** The same, quoted. */
  readonly sessions: string;
  /** As text, which every driver sends in the same way. */
  readonly sessionsOid: string;
  /** Null where there is none. */
  readonly archiveOid: string | null;
  readonly isPartitioned: boolean;
}

/**
 * Finds the tables by their record. A role that may watch but not read has no way to the record: then by name.
 *
 * @throws MaintenanceRefused when there are none, or several and none was named.
 */
export async function locateTables(trx: Knex.Transaction, choice: TableChoice): Promise<HealthTarget> {
  const name = await findName(trx, choice);
  const [schema = '', table = ''] = name.split('.');
  const { rows } = await trx.raw<{ rows: { side: string; oid: string; kind: string }[] }>(
    `SELECT CASE relname WHEN :table THEN 'sessions' ELSE 'archive' END AS side, pg_class.oid::text AS oid,
            relkind::text AS kind
     FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname = :schema AND relname IN (:table, :archive) AND relkind IN ('r', 'p')`,
    { schema, table, archive: `${table}_archive` },
  );
  const sessions = rows.find(({ side }) => side === 'sessions');
  if (sessions === undefined) {
    throw new MaintenanceRefused(
      `${name} is recorded in cross_app_settings and is not there: run cross-app rollback and migrate again, or delete the record.`,
    );
  }
  return {
    name,
    sessions: quoteName('sessionsTable', name),
    sessionsOid: sessions.oid,
    archiveOid: rows.find(({ side }) => side === 'archive')?.oid ?? null,
    isPartitioned: sessions.kind === 'p',
  };
}

async function findName(trx: Knex.Transaction, choice: TableChoice): Promise<string> {
  try {
    return (await findTables(trx, choice)).record.sessions;
  } catch (error) {
    const name = error instanceof MaintenanceRefused ? await findUnreadable(trx, choice) : undefined;
    if (name === undefined) throw error;
    return name;
  }
}

/** A table of that name, beside records that this role may not read. */
async function findUnreadable(
  trx: Knex.Transaction,
  { sessionsTable = 'cross_app_sessions' }: TableChoice,
): Promise<string | undefined> {
  const [table, schema] = sessionsTable.split('.').reverse();
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `SELECT nspname || '.' || sessions.relname AS name
     FROM pg_class sessions JOIN pg_namespace ON pg_namespace.oid = sessions.relnamespace
     WHERE sessions.relname = :table AND sessions.relkind IN ('r', 'p')
       AND CASE WHEN :schema = '' THEN pg_table_is_visible(sessions.oid) ELSE nspname = :schema END
       AND EXISTS (
         SELECT FROM pg_class settings
         WHERE settings.relnamespace = sessions.relnamespace AND settings.relname = 'cross_app_settings'
           AND NOT (has_schema_privilege(settings.relnamespace, 'USAGE') AND has_table_privilege(settings.oid, 'SELECT'))
       )`,
    { table, schema: schema ?? '' },
  );
  return rows[0]?.name;
}

/**
 * Begins a statement: each table or partition that has rows of its own, and of which of the two it is. Unlike
 * pg_partition_tree it waits for no lock.
 */
export const WITH_LEAVES = `
WITH RECURSIVE tree AS (
  SELECT root.side, root.oid
  FROM (VALUES ('sessions', :sessionsOid::oid), ('archive', :archiveOid::oid)) AS root (side, oid)
  WHERE root.oid IS NOT NULL
  UNION ALL
  SELECT side, inhrelid FROM tree JOIN pg_inherits ON inhparent = tree.oid
), leaves AS (
  SELECT side, tree.oid FROM tree JOIN pg_class ON pg_class.oid = tree.oid WHERE relkind = 'r'
)`;

/** An instant as a report shows it. */
export function shown(instant: string): string {
  return iso(instant, 'MS');
}

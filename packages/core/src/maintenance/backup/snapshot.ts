import type { Knex } from 'knex';
import { unquote } from '../../table-name.js';
import type { MaintainedTables } from '../tables.js';
import { iso } from '../iso.js';
import { FORMAT_VERSION } from './format.js';
import type { BackupColumn, BackupHeader } from './format.js';

// A role's time limits are for sign-ins. Where policies would hide rows, an error is better than half a backup.
const FOR_LONG_WORK = `
SELECT set_config(name, '0', true) FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
UNION ALL SELECT set_config('row_security', 'off', true)
UNION ALL SELECT set_config('datestyle', 'ISO', true)
UNION ALL SELECT set_config('timezone', 'UTC', true)`;

/** Lets the transaction run for as long as it takes, and makes COPY write values as it does everywhere else. */
export async function prepareForLongWork(trx: Knex.Transaction): Promise<void> {
  await trx.raw(FOR_LONG_WORK);
}

/** Runs the work on one snapshot of both tables, which nobody drops or empties meanwhile. */
export function onSnapshot<Result>(
  knex: Knex,
  { sessions, archive }: MaintainedTables,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return knex.transaction(
    async (trx) => {
      // Before the first query, which takes the snapshot: what is dropped after that looks empty.
      await trx.raw(`LOCK TABLE ${sessions}, ${archive} IN ACCESS SHARE MODE`);
      await prepareForLongWork(trx);
      return work(trx);
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

/** The header of a backup of this snapshot. */
export async function describeBackup(
  trx: Knex.Transaction,
  { sessions, archive, record }: MaintainedTables,
): Promise<BackupHeader> {
  const { rows } = await trx.raw<{ rows: { madeAt: string; postgresql: string }[] }>(
    `SELECT ${iso('now()')} AS "madeAt",
            split_part(current_setting('server_version'), ' ', 1) AS postgresql`,
  );
  const { madeAt = '', postgresql = '' } = rows[0] ?? {};
  const tables = {
    sessions: { name: unquote(sessions), columns: await readColumns(trx, sessions) },
    archive: { name: unquote(archive), columns: await readColumns(trx, archive) },
  };
  return { version: FORMAT_VERSION, madeAt, postgresql, schema: record, tables };
}

/** The columns that hold data of their own, in the table's order. */
export async function readColumns(knex: Knex, table: string): Promise<BackupColumn[]> {
  const { rows } = await knex.raw<{ rows: BackupColumn[] }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  return rows;
}

/** The tables and their partitions, quoted, and how many rows PostgreSQL believes them to have. */
export async function findParts(
  trx: Knex.Transaction,
  { sessions, archive }: MaintainedTables,
): Promise<{ parts: string[]; estimatedRows: number }> {
  const { rows } = await trx.raw<{ rows: { name: string; rows: string }[] }>(
    `SELECT format('%I.%I', nspname, relname) AS name,
            CASE relkind WHEN 'r' THEN greatest(reltuples, 0)::bigint ELSE 0 END AS rows
     FROM (SELECT relid FROM unnest(ARRAY[?::regclass, ?::regclass]) root(relid)
           UNION SELECT tree.relid
           FROM unnest(ARRAY[?::regclass, ?::regclass]) root(relid), pg_partition_tree(root.relid) tree) part
     JOIN pg_class ON pg_class.oid = part.relid
     JOIN pg_namespace ON pg_namespace.oid = relnamespace
     ORDER BY 1`,
    [sessions, archive, sessions, archive],
  );
  return {
    parts: rows.map(({ name }) => name),
    estimatedRows: rows.reduce((sum, part) => sum + Number(part.rows), 0),
  };
}

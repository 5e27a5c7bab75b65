import type { Knex } from 'knex';
import { quoteName } from './options.js';
import { tableExists } from './table-exists.js';
import { besideTable } from './table-name.js';
import type { IdType, PartitionInterval, SchemaOptions } from './schema-options.js';

/** What was chosen when the tables were made, so that nobody has to say it again. Tables are `schema.name`. */
export interface SchemaRecord {
  readonly sessions: string;
  readonly users: string;
  /** Null where the host has no accounts. */
  readonly accounts: string | null;
  readonly userIdType: IdType;
  readonly accountIdType: IdType;
  readonly foreignKeys: boolean;
  /** Null for the plain layout. */
  readonly partitionInterval: PartitionInterval | null;
}

/** What the table itself does not tell. */
export interface ChosenSchema {
  /** Quoted. */
  readonly sessions: string;
  readonly users: string;
  readonly accounts: string | null;
  readonly partitionInterval: PartitionInterval | null;
}

/** The table of records: one in each schema that has sessions, with a row for each sessions table. */
const SETTINGS = 'cross_app_settings';

const COLUMNS = `sessions_table AS "sessions", users_table AS "users", accounts_table AS "accounts",
  user_id_type AS "userIdType", account_id_type AS "accountIdType", foreign_keys AS "foreignKeys",
  partition_interval AS "partitionInterval"`;

/** `schema.name` of the table that `search_path` finds now: another one may be in force when it is read again. */
const fullName = (oid: string): string =>
  `(SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = ${oid})`;

const RECORDED_TABLE =
  "to_regclass(quote_ident(split_part(sessions_table, '.', 1)) || '.' || quote_ident(split_part(sessions_table, '.', 2)))";

/** Records how the table is, if that is not recorded yet. Types and foreign keys are read from the table itself. */
export async function recordSchema(knex: Knex, chosen: ChosenSchema): Promise<void> {
  const settings = settingsBeside(chosen.sessions);
  await knex.raw(`
CREATE TABLE IF NOT EXISTS ${settings} (
  sessions_table text PRIMARY KEY,
  users_table text NOT NULL,
  accounts_table text,
  user_id_type text NOT NULL,
  account_id_type text NOT NULL,
  foreign_keys boolean NOT NULL,
  partition_interval text CHECK (partition_interval IN ('month', 'day'))
)`);
  await knex.raw(
    `INSERT INTO ${settings}
     SELECT ${fullName('sessions.oid')},
            coalesce(${fullName('coalesce(user_key.confrelid, to_regclass(:quotedUsers))')}, :users),
            coalesce(${fullName('coalesce(account_key.confrelid, to_regclass(:quotedAccounts))')}, :accounts),
            format_type(user_id.atttypid, NULL), format_type(account_id.atttypid, NULL),
            user_key.oid IS NOT NULL, :partitionInterval
     FROM (SELECT to_regclass(:sessions)::oid AS oid) sessions
     JOIN pg_attribute user_id ON user_id.attrelid = sessions.oid AND user_id.attname = 'user_id'
     JOIN pg_attribute account_id ON account_id.attrelid = sessions.oid AND account_id.attname = 'account_id'
     LEFT JOIN pg_constraint user_key ON user_key.conrelid = sessions.oid AND user_key.contype = 'f'
       AND user_key.conkey = ARRAY[user_id.attnum]
     LEFT JOIN pg_constraint account_key ON account_key.conrelid = sessions.oid AND account_key.contype = 'f'
       AND account_key.conkey = ARRAY[account_id.attnum]
     ON CONFLICT DO NOTHING`,
    {
      ...chosen,
      quotedUsers: quoteName('tables.users', chosen.users),
      quotedAccounts: chosen.accounts === null ? null : quoteName('tables.accounts', chosen.accounts),
    },
  );
}

/** Takes the record of a table away, and the table of records with the last one. */
export async function dropRecord(knex: Knex, sessions: string): Promise<void> {
  const settings = settingsBeside(sessions);
  await knex.raw(`DELETE FROM ${settings} WHERE ${RECORDED_TABLE} = to_regclass(?)`, [sessions]);
  const { rows } = await knex.raw<{ rows: unknown[] }>(`SELECT FROM ${settings} LIMIT 1`);
  if (rows.length === 0) await knex.raw(`DROP TABLE ${settings}`);
}

/** Whether no other table of handoffs is recorded and there in its schema, so that what they share is its own. */
export async function isOnlyRecord(knex: Knex, sessions: string): Promise<boolean> {
  const settings = settingsBeside(sessions);
  if (!(await tableExists(knex, settings))) return true;
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT FROM ${settings} WHERE ${RECORDED_TABLE} <> to_regclass(?) LIMIT 1`,
    [sessions],
  );
  return rows.length === 0;
}

/** Notes that the table has been converted. */
export async function recordPartitioning(
  knex: Knex,
  sessions: string,
  interval: PartitionInterval,
): Promise<void> {
  await knex.raw(
    `UPDATE ${settingsBeside(sessions)} SET partition_interval = ? WHERE ${RECORDED_TABLE} = to_regclass(?)`,
    [interval, sessions],
  );
}

/**
 * All records that this role can read. Those that `search_path` finds come first, and alone: another app of the
 * same database may have its own in another schema.
 */
export async function readRecords(knex: Knex): Promise<SchemaRecord[]> {
  const { rows } = await knex.raw<{ rows: { name: string; visible: boolean }[] }>(
    `SELECT format('%s.%I', relnamespace::regnamespace, relname) AS name, pg_table_is_visible(oid) AS visible
     FROM pg_class
     WHERE relname = ? AND relkind = 'r'
       AND has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT')
     ORDER BY 1`,
    [SETTINGS],
  );
  const visible = rows.filter((row) => row.visible);
  const records: SchemaRecord[] = [];
  for (const { name } of visible.length > 0 ? visible : rows) {
    const found = await knex.raw<{ rows: SchemaRecord[] }>(`SELECT ${COLUMNS} FROM ${name} ORDER BY 1`);
    records.push(...found.rows);
  }
  return records;
}

function settingsBeside(quotedSessions: string): string {
  return besideTable(quotedSessions, `"${SETTINGS}"`);
}

/** The options of `createSessionsTable` that make such a table again. */
export function optionsOf(record: SchemaRecord): Required<
  Omit<SchemaOptions, 'tables' | 'partitionInterval'>
> & {
  readonly tables: { readonly sessions: string; readonly users: string; readonly accounts: string | null };
  readonly partitionInterval?: PartitionInterval;
} {
  const { sessions, users, accounts, userIdType, accountIdType, foreignKeys, partitionInterval } = record;
  const tables = { sessions, users, accounts };
  const common = { tables, userIdType, accountIdType, foreignKeys };
  return partitionInterval === null
    ? { ...common, layout: 'plain' }
    : { ...common, layout: 'partitioned', partitionInterval };
}

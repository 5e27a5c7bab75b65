import type { Knex } from 'knex';
import { createMigrationSource } from './migration-source.js';
import type { MigrationSourceOptions, NamedMigration } from './migration-source.js';
import { refuseUnknownKeys, quoteName } from './options.js';
import { SCHEMA_OPTIONS } from './schema-options.js';
import { optionsOf, readRecords } from './schema-record.js';
import type { SchemaRecord } from './schema-record.js';
import { GIVE_WAY, tryUntilUnlocked } from './unlocked.js';

/** The history table of {@link migrate} and {@link rollback}, beside the host's own `knex_migrations`. */
export const MIGRATIONS_TABLE = 'cross_app_migrations';

/** Options of {@link migrate} and {@link rollback}. What is left out is as it was recorded the first time. */
export interface MigrateOptions extends MigrationSourceOptions {
  /** The schema for our tables, made if it is missing. Default: the first one in `search_path`. */
  readonly schema?: string;
}

/** What {@link migrationStatus} found. */
export interface MigrationStatus {
  /** Who keeps the history: `cross-app migrate`, the host's knexfile, or nobody yet. */
  readonly history: 'cross_app_migrations' | 'knex_migrations' | null;
  /** Names of the migrations that have run, oldest first. */
  readonly applied: readonly string[];
  /** Names of those that have not. */
  readonly pending: readonly string[];
  /** The tables and how they were made; one for each sessions table. */
  readonly schemas: readonly SchemaRecord[];
}

type BatchAndNames = [batch: number, names: string[]];

/** The history in the database does not go with what was asked for, and nothing was changed. */
export class MigrationConflict extends Error {
  override readonly name: 'MigrationConflict' = 'MigrationConflict' as const;
}

/**
 * Brings the tables up to date, with a history table of our own. For those who do not run our migrations from
 * their knexfile; both ways run the same migrations. All or nothing, and safe to run from many processes at once
 * on tables that are in use: where a lock is not free within a quarter of a second it steps back and tries again, for up to a minute.
 *
 * @returns the names of the migrations that ran now.
 * @throws MigrationConflict when `knex_migrations` lists ours (then `knex migrate:latest` is the way), when our
 *   own history lists more than this version has, or when the options are not those that were recorded.
 */
export async function migrate(knex: Knex, options: MigrateOptions = {}): Promise<string[]> {
  return exclusively(
    knex,
    options,
    async (trx, config) => (await trx.migrate.latest(config)) as BatchAndNames,
  );
}

/**
 * Takes back what the last {@link migrate} did, or everything with `all`.
 *
 * @returns the names of the migrations that were taken back.
 * @throws MigrationConflict as {@link migrate} does.
 */
export async function rollback(
  knex: Knex,
  options: MigrateOptions & { readonly all?: boolean } = {},
): Promise<string[]> {
  const { all = false, ...source } = options;
  return exclusively(knex, source, async (trx, config) => {
    const undone = (await trx.migrate.rollback(config, all)) as BatchAndNames;
    // An empty history would be taken for the one to go on with, beside another one in another schema.
    if ((await appliedIn(trx, MIGRATIONS_TABLE)).length === 0) {
      await trx.raw(`DROP TABLE IF EXISTS ${MIGRATIONS_TABLE}, ${MIGRATIONS_TABLE}_lock`);
    }
    return undone;
  });
}

/** Which migrations have run, which have not, and what was recorded. Changes nothing. */
export async function migrationStatus(
  knex: Knex,
  { schema }: { readonly schema?: string } = {},
): Promise<MigrationStatus> {
  const run = async (trx: Knex.Transaction): Promise<MigrationStatus> => {
    const schemas = await settle(trx, schema);
    const known = await namesOf(createMigrationSource({ withUserTables: true }));
    for (const history of ['knex_migrations', MIGRATIONS_TABLE] as const) {
      const applied = await appliedIn(trx, history);
      const ours = history === MIGRATIONS_TABLE ? applied : applied.filter((name) => known.includes(name));
      if (ours.length === 0) continue;
      // Whether there are users of our own was decided when the first migration ran.
      const pending = known.slice(1).filter((name) => !ours.includes(name));
      return { history, applied: ours, pending, schemas };
    }
    return { history: null, applied: [], pending: known.slice(1), schemas };
  };
  return knex.transaction(run, { isolationLevel: 'read committed', readOnly: schema === undefined });
}

// knex makes its history tables outside of its transaction, and rolls back without one: two deployments at once
// would trip over each other, and a process that dies would leave the migrations locked.
async function exclusively(
  knex: Knex,
  { schema, ...options }: MigrateOptions,
  work: (trx: Knex.Transaction, config: Knex.MigratorConfig) => Promise<BatchAndNames>,
): Promise<string[]> {
  refuseUnknownKeys('migrate', options, ['withUserTables', ...SCHEMA_OPTIONS]);
  createMigrationSource(options); // throws for what no table can be
  const run = async (trx: Knex.Transaction): Promise<string[]> => {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtext(?))', [MIGRATIONS_TABLE]);
    await trx.raw(GIVE_WAY);
    const records = await settle(trx, schema);
    await requireNoOtherHistory(trx);
    const migrationSource = createMigrationSource(await reconcile(trx, options, records));
    await requireNothingUnknown(trx, migrationSource);
    const [, names] = await work(trx, { migrationSource, tableName: MIGRATIONS_TABLE });
    return names;
  };
  // At a higher level the one that waited would not see what the other one did.
  return tryUntilUnlocked(() => knex.transaction(run, { isolationLevel: 'read committed' }));
}

/** Makes `search_path` begin with the schema that was asked for, or that has our history, and reads the records. */
async function settle(trx: Knex.Transaction, schema: string | undefined): Promise<SchemaRecord[]> {
  const home = schema ?? (await findHistorySchema(trx));
  if (home !== undefined) {
    const name = quoteName('schema', home);
    const { rows } = await trx.raw<{ rows: unknown[] }>('SELECT FROM pg_namespace WHERE nspname = ?', [home]);
    if (rows.length === 0) await trx.raw(`CREATE SCHEMA ${name}`);
    await trx.raw(`SELECT set_config('search_path', ? || ', ' || current_setting('search_path'), true)`, [
      name,
    ]);
  }
  return readRecords(trx);
}

/** The one schema outside of `search_path` that has our history, if nothing in it has. */
async function findHistorySchema(trx: Knex.Transaction): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { schema: string; visible: boolean }[] }>(
    `SELECT nspname AS schema, pg_table_is_visible(pg_class.oid) AS visible
     FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relname = ? AND relkind = 'r'`,
    [MIGRATIONS_TABLE],
  );
  return rows.length === 1 && rows[0]?.visible === false ? rows[0].schema : undefined;
}

/** The options that were recorded, unless nothing is recorded yet. */
async function reconcile(
  trx: Knex.Transaction,
  { withUserTables, ...given }: MigrationSourceOptions,
  records: readonly SchemaRecord[],
): Promise<MigrationSourceOptions> {
  const users = await namesOf(createMigrationSource({ withUserTables: true })).then(([first]) => first);
  const applied = await appliedIn(trx, MIGRATIONS_TABLE);
  const hasUserTables = users !== undefined && applied.includes(users);
  const [record] = records;
  if (applied.length === 0 || record === undefined) {
    return { ...given, withUserTables: withUserTables ?? hasUserTables };
  }
  const recorded = optionsOf(record);
  requireSame('withUserTables', withUserTables, hasUserTables);
  requireSame('tables.sessions', given.tables?.sessions, recorded.tables.sessions);
  requireSame('tables.users', given.tables?.users, recorded.tables.users);
  requireSame('tables.accounts', given.tables?.accounts, recorded.tables.accounts);
  for (const option of [
    'userIdType',
    'accountIdType',
    'foreignKeys',
    'layout',
    'partitionInterval',
  ] as const) {
    requireSame(option, given[option], recorded[option]);
  }
  return { ...recorded, withUserTables: hasUserTables };
}

function requireSame(option: string, given: unknown, recorded: unknown): void {
  if (given === undefined || given === recorded) return;
  // A table without its schema is the one that was found then.
  if (typeof given === 'string' && typeof recorded === 'string' && recorded.endsWith(`.${given}`)) return;
  throw new MigrationConflict(
    `${option} is ${JSON.stringify(recorded ?? null)} since these tables were made, not ${JSON.stringify(given)}: leave the option out. cross-app partition changes the layout; for the others, roll back first.`,
  );
}

async function requireNoOtherHistory(knex: Knex): Promise<void> {
  const ours = await namesOf(createMigrationSource({ withUserTables: true }));
  const listed = (await appliedIn(knex, 'knex_migrations')).find((name) => ours.includes(name));
  if (listed === undefined) return;
  throw new MigrationConflict(
    `knex_migrations already lists ${listed}: this database is migrated by a knexfile. Run knex migrate:latest or migrate:rollback there.`,
  );
}

async function requireNothingUnknown(
  knex: Knex,
  migrationSource: Knex.MigrationSource<NamedMigration>,
): Promise<void> {
  const known = await namesOf(migrationSource);
  const listed = (await appliedIn(knex, MIGRATIONS_TABLE)).find((name) => !known.includes(name));
  if (listed === undefined) return;
  throw new MigrationConflict(
    `${MIGRATIONS_TABLE} lists ${listed}, which this version does not have: use the newer version that made it.`,
  );
}

/** Oldest first; empty without such a table. */
async function appliedIn(knex: Knex, history: string): Promise<string[]> {
  if (!(await knex.schema.hasTable(history))) return [];
  const rows = await knex(history).orderBy('id').select<{ name: string }[]>('name');
  return rows.map(({ name }) => name);
}

async function namesOf(source: Knex.MigrationSource<NamedMigration>): Promise<string[]> {
  const migrations = await source.getMigrations([]);
  return migrations.map(({ name }) => name);
}

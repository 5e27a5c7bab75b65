import type { Knex } from 'knex';
import { createMigrationSource } from './migration-source.js';
import type { MigrationSourceOptions, NamedMigration } from './migration-source.js';

/** The history table of {@link migrate} and {@link rollback}, beside the host's own `knex_migrations`. */
export const MIGRATIONS_TABLE = 'cross_app_migrations';

type BatchAndNames = [batch: number, names: string[]];

/** The history in the database does not go with what was asked for, and nothing was changed. */
export class MigrationConflict extends Error {
  override readonly name: 'MigrationConflict' = 'MigrationConflict' as const;
}

/**
 * Brings the tables up to date, with a history table of our own. For those who do not run our migrations from
 * their knexfile; both ways run the same migrations. All or nothing, and safe to run from many processes at once.
 *
 * @returns the names of the migrations that ran now.
 * @throws MigrationConflict when `knex_migrations` lists ours (then `knex migrate:latest` is the way), or when
 *   our own history lists more than the options make.
 */
export async function migrate(knex: Knex, options: MigrationSourceOptions = {}): Promise<string[]> {
  return exclusively(knex, options, (migrator, config) => migrator.latest(config));
}

/**
 * Takes back what the last {@link migrate} did, or everything with `all`. The options must be those of `migrate`.
 *
 * @returns the names of the migrations that were taken back.
 */
export async function rollback(
  knex: Knex,
  options: MigrationSourceOptions & { readonly all?: boolean } = {},
): Promise<string[]> {
  const { all = false, ...source } = options;
  return exclusively(knex, source, (migrator, config) => migrator.rollback(config, all));
}

// knex makes its history tables outside of its transaction, and rolls back without one: two deployments at once
// would trip over each other, and a process that dies would leave the migrations locked.
async function exclusively(
  knex: Knex,
  options: MigrationSourceOptions,
  work: (migrator: Knex.Migrator, config: Knex.MigratorConfig) => Promise<unknown>,
): Promise<string[]> {
  const migrationSource = createMigrationSource(options);
  const run = async (trx: Knex): Promise<string[]> => {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtext(?))', [MIGRATIONS_TABLE]);
    await requireNoOtherHistory(trx);
    await requireNothingUnknown(trx, migrationSource);
    const [, names] = (await work(trx.migrate, {
      migrationSource,
      tableName: MIGRATIONS_TABLE,
    })) as BatchAndNames;
    return names;
  };
  // At a higher level the one that waited would not see what the other one did.
  return knex.transaction(run, { isolationLevel: 'read committed' });
}

async function requireNoOtherHistory(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable('knex_migrations'))) return;
  const names = await createMigrationSource({ withUserTables: true }).getMigrations([]);
  const ours = names.map(({ name }) => name);
  const listed = await knex('knex_migrations')
    .whereIn('name', ours)
    .first<{ name: string } | undefined>('name');
  if (listed === undefined) return;
  throw new MigrationConflict(
    `knex_migrations already lists ${listed.name}: this database is migrated by a knexfile. Run knex migrate:latest or migrate:rollback there.`,
  );
}

async function requireNothingUnknown(
  knex: Knex,
  migrationSource: Knex.MigrationSource<NamedMigration>,
): Promise<void> {
  if (!(await knex.schema.hasTable(MIGRATIONS_TABLE))) return;
  const known = await migrationSource.getMigrations([]);
  const names = known.map(({ name }) => name);
  const listed = await knex(MIGRATIONS_TABLE)
    .whereNotIn('name', names)
    .first<{ name: string } | undefined>('name');
  if (listed === undefined) return;
  throw new MigrationConflict(
    `${MIGRATIONS_TABLE} lists ${listed.name}, which these options leave out: give those that made the tables, such as withUserTables (--with-user-tables), or use the newer version that made them.`,
  );
}

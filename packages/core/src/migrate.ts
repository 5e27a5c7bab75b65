import type { Knex } from 'knex';
import { createMigrationSource } from './migration-source.js';
import type { MigrationSourceOptions } from './migration-source.js';

/** The history table of {@link migrate} and {@link rollback}, beside the host's own `knex_migrations`. */
export const MIGRATIONS_TABLE = 'cross_app_migrations';

type BatchAndNames = [batch: number, names: string[]];

/** The host's knexfile runs our migrations already, so a second history must not begin. */
export class MigrationConflict extends Error {
  override readonly name: 'MigrationConflict' = 'MigrationConflict' as const;
}

/**
 * Brings the tables up to date, with a history table of our own. For those who do not run our migrations from
 * their knexfile; both ways run the same migrations.
 *
 * @returns the names of the migrations that ran now.
 * @throws MigrationConflict when `knex_migrations` lists ours: then `knex migrate:latest` is the way.
 */
export async function migrate(knex: Knex, options: MigrationSourceOptions = {}): Promise<string[]> {
  await requireNoOtherHistory(knex);
  const [, names] = (await knex.migrate.latest(migratorConfig(options))) as BatchAndNames;
  return names;
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
  await requireNoOtherHistory(knex);
  const [, names] = (await knex.migrate.rollback(migratorConfig(source), all)) as BatchAndNames;
  return names;
}

function migratorConfig(options: MigrationSourceOptions): Knex.MigratorConfig {
  return { migrationSource: createMigrationSource(options), tableName: MIGRATIONS_TABLE };
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

import { readdirSync } from 'node:fs';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import {
  createMigrationSource,
  migrate,
  MigrationConflict,
  migrationsDirectory,
  migrationSource,
  rollback,
  userMigrationsDirectory,
} from '../src/index.js';
import { openKnex } from './database.js';

const OURS = [
  '20251231000000_create_users_and_accounts.js',
  '20260101000000_create_cross_app_sessions.js',
  '20260201000000_add_cross_app_archive.js',
  '20260301000000_add_cross_app_audit.js',
  '20260401000000_add_cross_app_apps.js',
  '20260501000000_add_cross_app_revocations.js',
  '20260601000000_leave_room_for_redeems.js',
];

let database: TestDatabase;
let knex: Knex;
beforeEach(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  knex = openKnex(database.url);
});
afterEach(async () => {
  await knex.destroy();
  await database.close();
});

const tables = async (): Promise<string[]> => {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
     AND relname NOT LIKE '%migrations%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

describe('migrate and rollback', () => {
  it('make our tables, once, and take them back', async () => {
    expect(await migrate(knex, { withUserTables: true })).toEqual(OURS);
    expect(await migrate(knex, { withUserTables: true })).toEqual([]);
    expect(await tables()).toEqual([
      'account_members',
      'accounts',
      'cross_app_app_secrets',
      'cross_app_apps',
      'cross_app_audit',
      'cross_app_revocations',
      'cross_app_sessions',
      'cross_app_sessions_archive',
      'cross_app_settings',
      'users',
    ]);
    expect(await rollback(knex, { withUserTables: true })).toEqual([...OURS].reverse());
    expect(await rollback(knex, { withUserTables: true })).toEqual([]);
    expect(await tables()).toEqual([]);
  });

  it('leave the tables of an app that has users and accounts of its own alone', async () => {
    await knex.raw(
      'CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE accounts (id integer PRIMARY KEY)',
    );
    expect(await migrate(knex)).toEqual(OURS.slice(1));
    expect(await rollback(knex)).toEqual(OURS.slice(1).reverse());
    expect(await tables()).toEqual(['accounts', 'users']);
  });

  it('started from two machines at once make them once, and both succeed', async () => {
    const other = openKnex(database.url);
    const applied = await Promise.all([
      migrate(knex, { withUserTables: true }),
      migrate(other, { withUserTables: true }),
    ]);
    await other.destroy();
    expect(applied.flat()).toEqual(OURS);
    expect(await tables()).toHaveLength(10);
  });

  it('refuse to begin a second history beside the one of a knexfile', async () => {
    await knex.migrate.latest({ migrationSource: createMigrationSource({ withUserTables: true }) });
    await expect(migrate(knex)).rejects.toThrow(MigrationConflict);
    await expect(rollback(knex)).rejects.toThrow(/Run knex migrate:latest or migrate:rollback there/);
    expect(await tables()).toHaveLength(10);
  });

  it('do not mind a knexfile of the host that has other migrations', async () => {
    await knex.raw('CREATE TABLE knex_migrations (id serial, name text)');
    await knex('knex_migrations').insert({ name: '20200101_theirs.js' });
    expect(await migrate(knex, { withUserTables: true })).toEqual(OURS);
  });
});

describe('the migration source', () => {
  it('records the names that the compiled directories give, whatever it runs from', async () => {
    const compiled = (directory: string): string[] =>
      readdirSync(directory)
        .filter((name) => /\.[jt]s$/.test(name))
        .map((name) => name.replace(/\.ts$/, '.js'));
    const names = async (source: typeof migrationSource): Promise<string[]> =>
      (await source.getMigrations([])).map((migration) => source.getMigrationName(migration));
    expect(await names(migrationSource)).toEqual(compiled(migrationsDirectory));
    expect(await names(createMigrationSource({ withUserTables: true }))).toEqual([
      ...compiled(userMigrationsDirectory),
      ...compiled(migrationsDirectory),
    ]);
  });
});

import { join } from 'node:path';
import type { Knex } from 'knex';
import { refuseUnknownKeys } from './options.js';
import {
  addApps,
  addArchive,
  addAudit,
  addRevocations,
  createFirstSessionsTable,
  dropApps,
  dropArchive,
  dropAudit,
  dropRevocations,
  fillPages,
  leaveRoomForRedeems,
} from './schema.js';
import { resolveSchemaOptions, SCHEMA_OPTIONS } from './schema-options.js';
import type { SchemaOptions } from './schema-options.js';
import * as createUsersAndAccounts from './user-migrations/20251231000000_create_users_and_accounts.js';

/** A migration with the name that knex records for it. */
export interface NamedMigration extends Knex.Migration {
  readonly name: string;
}

/** Options of {@link createMigrationSource}. */
export interface MigrationSourceOptions extends SchemaOptions {
  /** Also makes `users`, `accounts` and `account_members`. Default false: the host has its own. */
  readonly withUserTables?: boolean;
}

/** For a knexfile: `migrations: { directory: [migrationsDirectory, './migrations'], sortDirsSeparately: true }`. */
export const migrationsDirectory: string = join(__dirname, 'migrations');

/** To be named before {@link migrationsDirectory} by those who have no users and accounts of their own. */
export const userMigrationsDirectory: string = join(__dirname, 'user-migrations');

/** For a knexfile: `seeds: { directory: [seedsDirectory, './seeds'] }`. */
export const seedsDirectory: string = join(__dirname, 'seeds');

/**
 * Our migrations as a knex `MigrationSource`, fitted to the host's tables. The names it records are those of the
 * compiled files, `.js`, whatever it runs from: a database can go over to {@link migrationsDirectory} and back.
 *
 * @throws TypeError for an unknown option or a value it cannot have.
 * @example
 * await knex.migrate.latest({ migrationSource: createMigrationSource({ userIdType: 'uuid' }) });
 */
export function createMigrationSource(
  options: MigrationSourceOptions = {},
): Knex.MigrationSource<NamedMigration> {
  refuseUnknownKeys('createMigrationSource', options, ['withUserTables', ...SCHEMA_OPTIONS]);
  const { withUserTables = false, ...schema } = options;
  const { sessions } = resolveSchemaOptions(schema); // throws now rather than when the first migration runs
  const create: NamedMigration = {
    name: '20260101000000_create_cross_app_sessions.js',
    up: (knex) => createFirstSessionsTable(knex, schema),
    down: async (knex) => {
      await knex.raw(`DROP TABLE ${sessions}`);
    },
  };
  const archive: NamedMigration = {
    name: '20260201000000_add_cross_app_archive.js',
    up: (knex) => addArchive(knex, schema),
    down: (knex) => dropArchive(knex, schema),
  };
  const audit: NamedMigration = {
    name: '20260301000000_add_cross_app_audit.js',
    up: (knex) => addAudit(knex, schema),
    down: (knex) => dropAudit(knex, schema),
  };
  const apps: NamedMigration = {
    name: '20260401000000_add_cross_app_apps.js',
    up: (knex) => addApps(knex, schema),
    down: (knex) => dropApps(knex, schema),
  };
  const revocations: NamedMigration = {
    name: '20260501000000_add_cross_app_revocations.js',
    up: (knex) => addRevocations(knex, schema),
    down: (knex) => dropRevocations(knex, schema),
  };
  const room: NamedMigration = {
    name: '20260601000000_leave_room_for_redeems.js',
    up: (knex) => leaveRoomForRedeems(knex, schema),
    down: (knex) => fillPages(knex, schema),
  };
  const users: NamedMigration = {
    ...createUsersAndAccounts,
    name: '20251231000000_create_users_and_accounts.js',
  };
  const ofHandoffs = [create, archive, audit, apps, revocations, room];
  const migrations = withUserTables ? [users, ...ofHandoffs] : ofHandoffs;
  return {
    getMigrations: () => Promise.resolve(migrations),
    getMigrationName: (migration) => migration.name,
    getMigration: (migration) => Promise.resolve(migration),
  };
}

/** {@link createMigrationSource} for a host whose `users` and `accounts` have integer ids. */
export const migrationSource: Knex.MigrationSource<NamedMigration> = createMigrationSource();

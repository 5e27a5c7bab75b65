import { createMigrationSource } from '@cross-app/core';
import type { IdType, MigrationSourceOptions } from '@cross-app/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import { Failure } from './failure.js';

/** The parsed options of {@link addSchemaOptions}. */
export interface SchemaFlags {
  readonly withUserTables?: true;
  readonly userIdType: IdType;
  readonly accountIdType: IdType;
  readonly sessionsTable: string;
  readonly usersTable: string;
  readonly accountsTable: string | false;
  readonly foreignKeys: boolean;
}

const ID_TYPES: readonly IdType[] = ['integer', 'bigint', 'uuid', 'text'];

/** The options that fit the tables to the host's. */
export function addSchemaOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--with-user-tables',
        'also users, accounts and account_members, for apps that have none',
      ).conflicts(['userIdType', 'accountIdType', 'usersTable', 'accountsTable']),
    )
    .addOption(new Option('--user-id-type <type>', 'type of users.id').choices(ID_TYPES).default('integer'))
    .addOption(
      new Option('--account-id-type <type>', 'type of accounts.id').choices(ID_TYPES).default('integer'),
    )
    .option('--sessions-table <name>', 'the table of handoffs', 'cross_app_sessions')
    .option('--users-table <name>', "the app's users, by name or schema.name", 'users')
    .option('--accounts-table <name>', "the app's accounts, likewise", 'accounts')
    .option('--no-accounts-table', 'the app has no accounts')
    .option('--no-foreign-keys', 'do not tie handoffs to users and accounts by foreign keys');
}

/** @throws Failure when a table cannot have such a name. */
export function readSchemaOptions(flags: SchemaFlags): MigrationSourceOptions {
  const options = {
    withUserTables: flags.withUserTables ?? false,
    userIdType: flags.userIdType,
    accountIdType: flags.accountIdType,
    tables: {
      sessions: flags.sessionsTable,
      users: flags.usersTable,
      accounts: flags.accountsTable === false ? null : flags.accountsTable,
    },
    foreignKeys: flags.foreignKeys,
  };
  try {
    createMigrationSource(options);
    return options;
  } catch (error) {
    throw error instanceof TypeError ? new Failure(2, error.message) : error;
  }
}

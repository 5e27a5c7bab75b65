import { createMigrationSource } from '@cross-app/core';
import type { IdType, Layout, MigrateOptions, PartitionInterval } from '@cross-app/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import { Failure } from './failure.js';
import { given } from './given.js';

/** The parsed options of {@link addSchemaOptions}. What is absent is as recorded, or the default. */
export interface SchemaFlags {
  readonly withUserTables?: true;
  readonly schema?: string;
  readonly layout?: Layout;
  readonly partitionInterval?: PartitionInterval;
  readonly userIdType?: IdType;
  readonly accountIdType?: IdType;
  readonly sessionsTable?: string;
  readonly usersTable?: string;
  /** False for --no-accounts-table. */
  readonly accountsTable?: string | false;
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
    .option('--schema <name>', 'schema of our tables, made if missing (default: the first in search_path)')
    .addOption(
      new Option('--layout <layout>', 'one table, or a partition a month (default: plain)').choices([
        'plain',
        'partitioned',
      ]),
    )
    .addOption(
      new Option('--partition-interval <interval>', 'what a partition holds (default: month)').choices([
        'month',
        'day',
      ]),
    )
    .addOption(new Option('--user-id-type <type>', 'type of users.id (default: integer)').choices(ID_TYPES))
    .addOption(
      new Option('--account-id-type <type>', 'type of accounts.id (default: integer)').choices(ID_TYPES),
    )
    .option('--sessions-table <name>', 'the table of handoffs (default: cross_app_sessions)')
    .option('--users-table <name>', "the app's users, by name or schema.name (default: users)")
    .option('--accounts-table <name>', "the app's accounts, likewise (default: accounts)")
    .option('--no-accounts-table', 'the app has no accounts')
    .option('--no-foreign-keys', 'do not tie handoffs to users and accounts by foreign keys');
}

/** @throws Failure when a table cannot have such a name, or options do not go together. */
export function readSchemaOptions(flags: SchemaFlags): MigrateOptions {
  const { withUserTables, schema, layout, partitionInterval, userIdType, accountIdType } = flags;
  const { sessionsTable: sessions, usersTable: users, accountsTable, foreignKeys } = flags;
  const accounts = accountsTable === false ? null : accountsTable;
  const tables = given({ sessions, users, accounts });
  const source = given({
    withUserTables,
    layout: layout ?? (partitionInterval === undefined ? undefined : ('partitioned' as const)),
    partitionInterval,
    userIdType,
    accountIdType,
    foreignKeys: foreignKeys ? undefined : false,
    tables: Object.keys(tables).length === 0 ? undefined : tables,
  });
  try {
    createMigrationSource(source);
  } catch (error) {
    throw error instanceof TypeError ? new Failure(2, error.message) : error;
  }
  return { ...source, ...given({ schema }) };
}

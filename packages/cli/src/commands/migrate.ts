import { migrate } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { addSchemaOptions, readSchemaOptions } from '../schema-options.js';
import type { SchemaFlags } from '../schema-options.js';
import type { Terminal } from '../terminal.js';

const ADVICE: Advice = {
  '42P01':
    'the foreign keys need it; add --with-user-tables if the app has no such tables, name them with --users-table and --accounts-table if it has, or give --no-foreign-keys',
  '42P07':
    'it was not made by cross-app migrate; leave --with-user-tables out if the app has its own users, or choose another --sessions-table',
  '42804': 'say which ids the app has with --user-id-type and --account-id-type',
};

const EXAMPLES = `
Examples:
  cross-app migrate                                    an app with integer ids in users and accounts
  cross-app migrate --with-user-tables                 an app that has neither
  cross-app migrate --users-table auth.users --user-id-type uuid --no-accounts-table
  cross-app migrate --schema handoff --layout partitioned --partition-interval day
  cross-app migrate --json                             {"applied":["20260101000000_create_cross_app_sessions.js",…]}

What is chosen the first time is recorded in cross_app_settings: later commands need no options.`;

/** `cross-app migrate` */
export function addMigrateCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('migrate')
    .description('Bring the tables up to date. Run it again at any time: it does what is missing.');
  addDatabaseUrlOption(addSchemaOptions(command))
    .option('--json', 'print {"applied": […]} instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: SchemaFlags & DatabaseUrlFlags & { json?: true }) => {
      const url = readDatabaseUrl(flags, terminal);
      const options = readSchemaOptions(flags);
      const applied = await withDatabase(url, ADVICE, (knex) => migrate(knex, options));
      terminal.writeOut(flags.json ? `${JSON.stringify({ applied })}\n` : sentences(applied));
    });
}

function sentences(applied: readonly string[]): string {
  return applied.length === 0 ? 'nothing to do\n' : applied.map((name) => `applied ${name}\n`).join('');
}

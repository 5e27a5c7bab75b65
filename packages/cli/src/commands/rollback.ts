import { rollback } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { addSchemaOptions, readSchemaOptions } from '../schema-options.js';
import type { SchemaFlags } from '../schema-options.js';
import type { Terminal } from '../terminal.js';

const ADVICE: Advice = {
  '42P01': 'give the options that cross-app migrate was given',
};

const EXAMPLES = `
Give it the options that migrate was given.

Examples:
  cross-app rollback                                   what the last migrate did
  cross-app rollback --all --with-user-tables          everything, the users and accounts too
  cross-app rollback --json                            {"rolledBack":["20260101000000_create_cross_app_sessions.js"]}`;

/** `cross-app rollback` */
export function addRollbackCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('rollback')
    .description('Remove the tables that migrate made, and every row in them.')
    .option('--all', 'everything, not only what the last migrate did');
  addDatabaseUrlOption(addSchemaOptions(command))
    .option('--json', 'print {"rolledBack": […]} instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: SchemaFlags & DatabaseUrlFlags & { all?: true; json?: true }) => {
      const url = readDatabaseUrl(flags, terminal);
      const options = { ...readSchemaOptions(flags), all: flags.all ?? false };
      const rolledBack = await withDatabase(url, ADVICE, (knex) => rollback(knex, options));
      terminal.writeOut(flags.json ? `${JSON.stringify({ rolledBack })}\n` : sentences(rolledBack));
    });
}

function sentences(rolledBack: readonly string[]): string {
  return rolledBack.length === 0
    ? 'nothing to do\n'
    : rolledBack.map((name) => `rolled back ${name}\n`).join('');
}

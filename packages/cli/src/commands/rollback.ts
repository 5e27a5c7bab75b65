import { rollback } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { readSchemaOptions } from '../schema-options.js';
import type { Terminal } from '../terminal.js';

const ADVICE: Advice = {
  '42P01': 'name it with --sessions-table',
};

const EXAMPLES = `
It goes by what was recorded when the tables were made. Archived handoffs go with them: see cross-app backup.
The audit and the registered apps go too, for good.

Examples:
  cross-app rollback                                   what the last migrate did
  cross-app rollback --all                             everything, the users and accounts too if migrate made them
  cross-app rollback --json                            {"rolledBack":["20260601000000_leave_room_for_redeems.js"]}`;

/** `cross-app rollback` */
export function addRollbackCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('rollback')
    .description('Remove the tables that migrate made, and every row in them.')
    .option('--all', 'everything, not only what the last migrate did')
    .option('--schema <name>', 'schema that migrate was given (default: the one that has our history)')
    .option('--sessions-table <name>', 'the table of handoffs (default: as recorded)');
  addDatabaseUrlOption(command)
    .option('--json', 'print {"rolledBack": […]} instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(
      async (
        flags: DatabaseUrlFlags & { all?: true; schema?: string; sessionsTable?: string; json?: true },
      ) => {
        const url = readDatabaseUrl(flags, terminal);
        const options = { ...readSchemaOptions({ foreignKeys: true, ...flags }), all: flags.all ?? false };
        const rolledBack = await withDatabase(url, ADVICE, (knex) => rollback(knex, options));
        terminal.writeOut(flags.json ? `${JSON.stringify({ rolledBack })}\n` : sentences(rolledBack));
      },
    );
}

function sentences(rolledBack: readonly string[]): string {
  return rolledBack.length === 0
    ? 'nothing to do\n'
    : rolledBack.map((name) => `rolled back ${name}\n`).join('');
}

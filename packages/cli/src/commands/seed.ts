import { seedDevelopmentData } from '@cross-app/core';
import type { DevelopmentData } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import type { Terminal } from '../terminal.js';

const ADVICE: Advice = {
  '42P01': 'run cross-app migrate first, with --with-user-tables if the app has no users of its own',
};

const EXAMPLES = `
The tokens are shown this once: the database has their hashes only. Running it again replaces them.

Examples:
  cross-app seed
  cross-app seed --json                                {"userId":1,"validToken":"handoff_…","expiredToken":"handoff_…"}
  NODE_ENV=production cross-app seed --force           else refused`;

/** `cross-app seed` */
export function addSeedCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('seed')
    .description('Add development data: test@example.com, a valid and an expired token for hi-events.');
  addDatabaseUrlOption(command)
    .option('--force', 'even when NODE_ENV is production')
    .option('--json', 'print an object instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DatabaseUrlFlags & { force?: true; json?: true }) => {
      const url = readDatabaseUrl(flags, terminal);
      const data = await withDatabase(url, ADVICE, (knex) => seedDevelopmentData(knex, flags.force));
      terminal.writeOut(flags.json ? `${JSON.stringify(data)}\n` : sentences(data));
    });
}

function sentences({ userId, validToken, expiredToken }: DevelopmentData): string {
  return `user ${userId} is test@example.com
valid for 15 minutes  ${validToken}
expired               ${expiredToken}
`;
}

import { startNewEpoch } from '@cross-app/core';
import type { NewEpochReport } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';

interface NewEpochFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly dryRun?: boolean;
  readonly json?: true;
}

const EXAMPLES = `
In a database that went back in time, tokens that were used since are unused again. After a failover and after a
point-in-time restore apps see that by themselves, where cross-app doctor says ok to epoch. They cannot see it of a data
directory or a disk that was copied or put back: run this then, before any app is let in. Whoever had a token clicks
again. Sign-ins go on; cross-app revoke --all ends them too. It asks nothing before it begins.

Examples:
  cross-app new-epoch                                  revoked 12 tokens
  cross-app new-epoch --dry-run                        would revoke 12 tokens
  cross-app new-epoch --json                           {"revoked":12,"dryRun":false}`;

/** `cross-app new-epoch` */
export function addNewEpochCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('new-epoch')
    .description(
      'Revoke every token that could still be used, when the database is a copy or has gone back.',
    );
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--dry-run', 'only count')
    .option('--json', 'print an object instead of a sentence')
    .addHelpText('after', EXAMPLES)
    .action(async ({ sessionsTable, dryRun, json, ...flags }: NewEpochFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const options = given({ sessionsTable, dryRun });
      const report = await withDatabase(url, {}, (knex) => startNewEpoch(knex, options));
      terminal.writeOut(json ? `${JSON.stringify(report)}\n` : sentence(report));
    });
}

function sentence({ revoked, dryRun }: NewEpochReport): string {
  if (revoked === 0) return 'nothing to revoke: no token could still be used\n';
  return `${dryRun ? 'would revoke' : 'revoked'} ${revoked} ${revoked === 1 ? 'token' : 'tokens'}\n`;
}

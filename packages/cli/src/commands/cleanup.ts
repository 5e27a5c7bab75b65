import { cleanUpSessions } from '@cross-app/core';
import type { Command } from 'commander';
import { parseRetention } from '../age.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import { addRemovalOptions, readRemovalOptions, tellRemoval } from '../removal.js';
import type { RemovalFlags, RemovalWords } from '../removal.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
Run it every hour from cron, on as many machines as you like: one of them has the turn. Sign-ins go on meanwhile, and
no row is taken whose token can still be redeemed. Statistics count the archive too; --delete takes rows from there.

Examples:
  cross-app cleanup                                    moved 1200 rows to the archive: they expired or were revoked before 2026-01-30T03:00:00.123Z
  cross-app cleanup --older-than 7d                    keeps them a week, so that a replay is told from an unknown token
  cross-app cleanup --delete                           deleted 1200 rows: they expired or were revoked before 2026-01-30T03:00:00.123Z
  cross-app cleanup --dry-run                          would move 1200 rows to the archive: they expired or were revoked before 2026-01-30T03:00:00.123Z
  cross-app cleanup --json                             {"rows":1200,"outcome":"done","cutoff":"2026-01-30T03:00:00.123Z","dryRun":false}
  17 * * * *  DATABASE_URL=postgres://… cross-app cleanup --json >> /var/log/cross-app.log`;

const MOVE: RemovalWords = {
  job: 'cleanup',
  verb: ['move', 'moved'],
  noun: ['row', 'rows'],
  to: ' to the archive',
  reason: ['expired or was revoked', 'expired or were revoked'],
};
const DELETE: RemovalWords = { ...MOVE, verb: ['delete', 'deleted'], to: '' };

/** `cross-app cleanup` */
export function addCleanupCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('cleanup')
    .description('Move what expired or was revoked some time ago to the archive, or delete it.')
    .option('--older-than <age>', 'how long ago, such as 24h or 7d (default: 24h)', parseRetention)
    .option('--delete', 'for good: statistics forget them');
  addRemovalOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: RemovalFlags & { olderThan?: number; delete?: true }) => {
      const url = readDatabaseUrl(flags, terminal);
      const options = {
        ...readRemovalOptions(flags),
        ...given({ retentionSeconds: flags.olderThan }),
        keepHistory: flags.delete !== true,
      };
      const told = { rows: 'rows', words: flags.delete ? DELETE : MOVE, json: flags.json };
      const text = await withDatabase(url, {}, (knex) =>
        tellRemoval(terminal, told, (hooks) => cleanUpSessions(knex, { ...options, ...hooks })),
      );
      terminal.writeOut(text);
    });
}

import { restoreSessions } from '@cross-app/core';
import type { RestoreReport } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import { withProgress } from '../progress.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
All or nothing, in one transaction, and no token comes back to life: what nobody had redeemed when the backup was made
is revoked, in the tables too, and what has been redeemed or revoked since stays so. That is why the file is always read
by this command, also when pg_dump made it, and never by psql. The whole file is checked first: one that is damaged,
cut off, foreign or of a newer version is refused before anything is changed.

Rows that the backup does not have stay as they are, and sign-ins go on. With --replace those rows are removed, and
sign-ins wait from when the file is loaded until the restore is done.

Examples:
  cross-app restore --file sessions.gz --dry-run       what it would do; changes nothing
  cross-app restore --file sessions.gz                 restored 1200 rows and 34000 archived ones of 2026-01-31T03:00:00.123456Z: 35190 inserted, 10 updated, 3 revoked
  cross-app restore --file sessions.gz --replace       … 12 removed
  cross-app restore --file sessions.gz --json          {"outcome":"done","dryRun":false,"replace":false,"madeAt":"…","rows":1200,"archived":34000,"inserted":35190,"updated":10,"revoked":3,"removed":0,"leftOut":0}`;

interface RestoreFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly file: string;
  readonly replace?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `cross-app restore` */
export function addRestoreCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('restore')
    .description('Bring back the rows of a backup. No token comes back to life.')
    .requiredOption('--file <file>', 'a file that cross-app backup wrote')
    .option('--replace', 'also remove the rows that the backup does not have')
    .option('--dry-run', 'check the file and say what would be done');
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--json', 'print an object instead of a sentence')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: RestoreFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const { file, replace = false, dryRun = false, sessionsTable } = flags;
      const report = await withDatabase(url, {}, (knex) =>
        withProgress(terminal, 'rows', (hooks) =>
          restoreSessions(knex, {
            file,
            replace,
            dryRun,
            ...given({ sessionsTable }),
            ...hooks,
          }),
        ),
      );
      terminal.writeOut(flags.json ? `${JSON.stringify(report)}\n` : sentence(report));
    });
}

function sentence(report: RestoreReport): string {
  switch (report.outcome) {
    case 'busy':
      return 'another restore is at work: nothing was restored\n';
    case 'interrupted':
      return 'interrupted: nothing was restored\n';
    case 'done':
      return `${whatIsRestored(report)}: ${whatChanges(report)}\n`;
  }
}

function whatIsRestored({ dryRun, rows, archived, madeAt }: RestoreReport): string {
  return `${dryRun ? 'would restore' : 'restored'} ${rows} rows and ${archived} archived ones of ${madeAt}`;
}

function whatChanges({ inserted, updated, revoked, removed, leftOut, replace }: RestoreReport): string {
  const parts = [`${inserted} inserted`, `${updated} updated`, `${revoked} revoked`];
  if (replace) parts.push(`${removed} removed`);
  if (leftOut > 0) parts.push(`${leftOut} left out, since their user or account is gone`);
  return parts.join(', ');
}

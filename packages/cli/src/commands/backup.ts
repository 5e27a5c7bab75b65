import { backUpSessions } from '@cross-app/core';
import type { BackupReport } from '@cross-app/core';
import { Option } from 'commander';
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
Sign-ins go on meanwhile. Until it is whole the file is called FILE.partial, and only its owner can read it: it has no
token, only hashes of tokens, but users' ids and addresses. gunzip -c FILE shows it as SQL. Restore it with
cross-app restore, not with psql, which would bring redeemed tokens back to life.

pg_dump reads the tables where it is installed and not older than the server, else COPY does. The file is the same.

Examples:
  cross-app backup --file sessions.gz                  wrote 1200 rows and 34000 archived ones to sessions.gz, read with pg_dump
  cross-app backup --file sessions.gz --force          over the one of yesterday
  cross-app backup --file sessions.gz --with copy      without pg_dump, though it is there
  cross-app backup --file sessions.gz --json           {"outcome":"done","with":"copy","rows":1200,"archived":34000,"madeAt":"2026-01-31T03:00:00.123456Z","file":"sessions.gz"}`;

interface BackupFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly file: string;
  readonly with: 'auto' | 'pg_dump' | 'copy';
  readonly force?: true;
  readonly json?: true;
}

/** `cross-app backup` */
export function addBackupCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('backup')
    .description('Write the tables to a compressed file with a checksum, which cross-app restore reads.')
    .requiredOption('--file <file>', 'the file to write')
    .addOption(
      new Option('--with <reader>', 'who reads the tables')
        .choices(['auto', 'pg_dump', 'copy'])
        .default('auto'),
    )
    .option('--force', 'replace the file if there is one');
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--json', 'print an object instead of a sentence')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: BackupFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const { file, force = false, sessionsTable } = flags;
      const report = await withDatabase(url, {}, (knex) =>
        withProgress(terminal, 'rows', (hooks) =>
          backUpSessions(knex, {
            file,
            force,
            with: flags.with,
            pgDump: { connectionString: url.connectionString, env: terminal.env },
            ...given({ sessionsTable }),
            ...hooks,
          }),
        ),
      );
      terminal.writeOut(flags.json ? `${JSON.stringify({ ...report, file })}\n` : sentence(report, file));
    });
}

function sentence({ outcome, rows, archived, with: reader }: BackupReport, file: string): string {
  return outcome === 'interrupted'
    ? 'interrupted: no file was written\n'
    : `wrote ${rows} rows and ${archived} archived ones to ${file}, read with ${reader === 'copy' ? 'COPY' : reader}\n`;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MaintenanceRefused, MigrationConflict, ProductionRefused } from '@cross-app/core';
import { Command, CommanderError } from 'commander';
import { addAppCommand } from './commands/app.js';
import { addArchiveCommand } from './commands/archive.js';
import { addAuditCommand } from './commands/audit.js';
import { addBackupCommand } from './commands/backup.js';
import { addCleanupCommand } from './commands/cleanup.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addInitCommand } from './commands/init.js';
import { addInspectCommand } from './commands/inspect.js';
import { addIssueCommand } from './commands/issue.js';
import { addHealthCommand } from './commands/health.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addNewEpochCommand } from './commands/new-epoch.js';
import { addPartitionCommand } from './commands/partition.js';
import { addRestoreCommand } from './commands/restore.js';
import { addRevokeCommand } from './commands/revoke.js';
import { addRollbackCommand } from './commands/rollback.js';
import { addSeedCommand } from './commands/seed.js';
import { addStatusCommand } from './commands/status.js';
import { addStatsCommand } from './commands/stats.js';
import { Failure, hidePasswords, Verdict } from './failure.js';
import type { Terminal } from './terminal.js';

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed; what was not finished has been undone
  2    wrong usage; nothing was tried
  130  interrupted by Ctrl-C; batches that were finished stay, the rest has been undone
  143  likewise, by SIGTERM`;

/**
 * Runs the command line `cross-app …args`.
 *
 * @returns the exit code. Never rejects: what went wrong is one sentence on the error stream.
 */
export async function run(args: readonly string[], surroundings: Terminal): Promise<0 | 1 | 2> {
  const terminal: Terminal = {
    ...surroundings,
    writeError: (text) => {
      surroundings.writeError(hidePasswords(text));
    },
  };
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written its own message already, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Verdict) return error.exitCode;
    terminal.writeError(`error: ${describe(error)}\n`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('cross-app')
    .description(
      'Makes, fills, maintains and watches the tables of cross-app, the single-use sign-in handoff.',
    )
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.writeOut(text);
      },
      writeErr: (text) => {
        terminal.writeError(text);
      },
    })
    .addHelpText('afterAll', EXIT_CODES);
  addInitCommand(program, terminal);
  addMigrateCommand(program, terminal);
  addRollbackCommand(program, terminal);
  addStatusCommand(program, terminal);
  addStatsCommand(program, terminal);
  addHealthCommand(program, terminal);
  addDoctorCommand(program, terminal);
  addSeedCommand(program, terminal);
  addIssueCommand(program, terminal);
  addInspectCommand(program, terminal);
  addRevokeCommand(program, terminal);
  addNewEpochCommand(program, terminal);
  addAuditCommand(program, terminal);
  addAppCommand(program, terminal);
  addCleanupCommand(program, terminal);
  addArchiveCommand(program, terminal);
  addPartitionCommand(program, terminal);
  addBackupCommand(program, terminal);
  addRestoreCommand(program, terminal);
  return program;
}

function readVersion(): string {
  const manifest = readFileSync(join(__dirname, '../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function describe(error: unknown): string {
  const { message } = error as Error;
  const isMeantForReaders = [Failure, MaintenanceRefused, MigrationConflict, ProductionRefused].some(
    (type) => error instanceof type,
  );
  return isMeantForReaders ? message : `unexpected: ${message}`;
}

import { archiveSessions, purgeArchive } from '@cross-app/core';
import type { RemovalReport } from '@cross-app/core';
import type { Command } from 'commander';
import type { Knex } from 'knex';
import { parseRetention } from '../age.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import { withProgress } from '../progress.js';
import { addRemovalOptions, describeRemoval, readRemovalOptions } from '../removal.js';
import type { RemovalFlags, RemovalWords } from '../removal.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
Safe to run twice, from two machines, and to interrupt: a row is in one of the two tables at every moment. No row is
moved whose token can still be redeemed. Where cleanup runs every hour, it has moved the rows already.
--purge-older-than deletes for good, also from statistics, by when a session was created.

Examples:
  cross-app archive                                    moved 1200 rows to the archive: they were created before 2026-01-01T03:00:00.123Z
  cross-app archive --older-than 90d
  cross-app archive --purge-older-than 1y              and: deleted 800 archived rows: they were created before 2025-01-31T03:00:00.123Z
  cross-app archive --purge-older-than 1y --dry-run    would move 1200 rows to the archive: …
  cross-app archive --json                             {"archive":{"rows":1200,"outcome":"done","cutoff":"2026-01-01T03:00:00.123Z","dryRun":false},"purge":null}`;

const MOVE: RemovalWords = {
  job: 'archive',
  verb: ['move', 'moved'],
  noun: ['row', 'rows'],
  to: ' to the archive',
  reason: ['was created', 'were created'],
};
const PURGE: RemovalWords = {
  ...MOVE,
  job: 'purge',
  verb: ['delete', 'deleted'],
  noun: ['archived row', 'archived rows'],
  to: '',
};

interface ArchiveFlags extends RemovalFlags {
  readonly olderThan?: number;
  readonly purgeOlderThan?: number;
}

interface Reports {
  readonly archive: RemovalReport;
  /** Null when it was not asked for, or not begun. */
  readonly purge: RemovalReport | null;
}

/** `cross-app archive` */
export function addArchiveCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('archive')
    .description('Move sessions that were created long ago to the archive, and delete the oldest from there.')
    .option('--older-than <age>', 'how long ago, such as 30d (default: 30d)', parseRetention)
    .option(
      '--purge-older-than <age>',
      'also delete archived rows that were created longer ago than this, such as 1y',
      parseRetention,
    );
  addRemovalOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ArchiveFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const reports = await withDatabase(url, {}, (knex) => archiveAndPurge(knex, flags, terminal));
      terminal.writeOut(flags.json ? `${JSON.stringify(reports)}\n` : sentences(reports));
    });
}

async function archiveAndPurge(
  knex: Knex,
  { olderThan, purgeOlderThan, ...flags }: ArchiveFlags,
  terminal: Terminal,
): Promise<Reports> {
  const options = readRemovalOptions(flags);
  const age = given({ olderThanSeconds: olderThan });
  const archive = await withProgress(terminal, 'rows', (hooks) =>
    archiveSessions(knex, { ...options, ...age, ...hooks }),
  );
  if (purgeOlderThan === undefined || archive.outcome === 'interrupted') return { archive, purge: null };
  const purge = await withProgress(terminal, 'rows', (hooks) =>
    purgeArchive(knex, { ...options, olderThanSeconds: purgeOlderThan, ...hooks }),
  );
  return { archive, purge };
}

function sentences({ archive, purge }: Reports): string {
  return describeRemoval(archive, MOVE) + (purge === null ? '' : describeRemoval(purge, PURGE));
}

import { maintainPartitions, partitionSessions } from '@cross-app/core';
import type { PartitionInterval, PartitionMaintenanceReport, PartitionReport } from '@cross-app/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Knex } from 'knex';
import { parseRetention } from '../age.js';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { Failure } from '../failure.js';
import { given } from '../given.js';
import { withProgress } from '../progress.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';
import { parseWholeNumber } from '../whole-number.js';

const ADVICE: Advice = {
  '55P03':
    'something has used the table for over a minute, such as a long transaction, a backup or a vacuum; run it again when that has ended',
  '42501': 'run it as the owner of the table, with CREATE on its schema and REFERENCES on users and accounts',
};

const EXAMPLES = `
A plain table is converted while it is used: no row moves, and sign-ins wait for a moment at most. Then, and every time
it is run again, the partitions to come are made. Run it every day from cron, on as many machines as you like: one of
them has the turn. Killed at any point, it goes on when it is run again: do that within a week.
Ages count from the end of a partition. --drop-older-than deletes for good, also from statistics.

Examples:
  cross-app partition                                  created public.cross_app_sessions_2027_01
  cross-app partition --interval day --ahead 30        a partition a day, and 30 days of them ready
  cross-app partition --archive-older-than 30d         archived public.cross_app_sessions_2026_10: 1200 rows
  cross-app partition --drop-older-than 1y --dry-run   dropped public.cross_app_sessions_2025_10 with 1200 rows
  cross-app partition --json                           {"converted":false,"firstPartition":null,"created":["public.cross_app_sessions_2027_01"],"postponed":[],"outcome":"done","steps":[],"dryRun":false,"archived":[],"dropped":[],"archivedRows":0}
  7 3 * * *  DATABASE_URL=postgres://… cross-app partition --archive-older-than 30d --json >> /var/log/cross-app.log`;

interface PartitionFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly interval?: PartitionInterval;
  readonly ahead?: number;
  readonly archiveOlderThan?: number;
  readonly dropOlderThan?: number;
  readonly batchSize?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

type Report = Omit<PartitionReport, 'created'> & Omit<PartitionMaintenanceReport, 'outcome' | 'dryRun'>;

/** `cross-app partition` */
export function addPartitionCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('partition')
    .description('Convert the sessions table to partitions, make the coming ones, archive or drop old ones.')
    .addOption(
      new Option('--interval <interval>', 'what a partition holds (default: month)').choices([
        'month',
        'day',
      ]),
    )
    .option(
      '--ahead <number>',
      'partitions after the current one, 0 to 366 (default: 3 months or 14 days)',
      parseWholeNumber(0, 366),
    )
    .option(
      '--archive-older-than <age>',
      'move partitions that ended longer ago to the archive',
      parseRetention,
    )
    .option('--drop-older-than <age>', 'delete partitions that ended longer ago, for good', parseRetention)
    .option(
      '--batch-size <rows>',
      'rows that move in one transaction, 1 to 100000 (default: 5000)',
      parseWholeNumber(1, 100_000),
    );
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'print an object instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PartitionFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      requireOrder(flags);
      const report = await withDatabase(url, ADVICE, (knex) => run(knex, flags, terminal));
      terminal.writeOut(flags.json ? `${JSON.stringify(report)}\n` : sentences(report));
    });
}

function requireOrder({ archiveOlderThan, dropOlderThan }: PartitionFlags): void {
  if (archiveOlderThan === undefined || dropOlderThan === undefined) return;
  if (dropOlderThan > archiveOlderThan) return;
  throw new Failure(2, '--drop-older-than must be longer than --archive-older-than, or nothing is archived');
}

async function run(knex: Knex, flags: PartitionFlags, terminal: Terminal): Promise<Report> {
  const { sessionsTable, interval, ahead, batchSize, dryRun = false } = flags;
  const common = { dryRun, ...given({ sessionsTable, ahead }) };
  const onStep = (step: string): void => {
    if (!flags.json && !dryRun) terminal.writeOut(`${step}\n`);
  };
  const converted = await terminal.interruptible((signal) =>
    partitionSessions(knex, { ...common, ...given({ interval }), signal, onStep }),
  );
  const nothing = { archived: [], dropped: [], postponed: [], archivedRows: 0 };
  // What a dry run would convert is still plain, and has no partitions to maintain.
  if (converted.outcome !== 'done' || (dryRun && converted.converted)) return { ...converted, ...nothing };

  const ages = { archiveOlderThanSeconds: flags.archiveOlderThan, dropOlderThanSeconds: flags.dropOlderThan };
  const maintained = await withProgress(terminal, 'rows', (hooks) =>
    maintainPartitions(knex, { ...common, ...given({ ...ages, batchSize }), ...hooks }),
  );
  const created = [...new Set([...converted.created, ...maintained.created])];
  return { ...converted, ...maintained, created };
}

function sentences({ steps, archivedRows, outcome, dryRun, ...changes }: Report): string {
  const { created, archived, dropped, postponed } = changes;
  const whole = archived.reduce((sum, { rows }) => sum + rows, 0);
  const lines = [
    // Those of a run have been said as they were done.
    ...(dryRun ? ['a dry run: nothing is changed, and without it', ...steps] : []),
    ...created.map((name) => `created ${name}`),
    ...dropped.map(({ name, rows }) => `dropped ${name} with ${rows} rows`),
    ...archived.map(({ name, rows }) => `archived ${name}: ${rows} rows`),
    ...(archivedRows > whole ? [`archived ${archivedRows - whole} rows of the next partition`] : []),
    ...postponed.map(({ name, reason }) => `not now: ${name}, for ${reason}`),
  ];
  if (outcome === 'interrupted')
    lines.push('interrupted: what is said above is done; run it again for the rest');
  else if (outcome === 'busy') lines.push('busy: another partition or archive is running');
  else if (lines.length === (dryRun ? 1 : 0) && steps.length === 0) lines.push('nothing to do');
  return lines.map((line) => `${line}\n`).join('');
}

import { sessionStatistics } from '@cross-app/core';
import type { DayStatistics, SessionCounts, SessionStatistics } from '@cross-app/core';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { chart } from '../chart.js';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { given } from '../given.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import { formatTable } from '../table.js';
import type { Cell } from '../table.js';
import type { Terminal } from '../terminal.js';

type StatsFlags = DatabaseUrlFlags &
  SessionsTableFlags & { days?: number; byTargetApp?: true; json?: true; csv?: true };

const ADVICE: Advice = {
  '42P01': 'run cross-app migrate, which makes what is missing',
  '42501': 'GRANT SELECT on the table of handoffs and on its archive to this role',
};

const EXAMPLES = `
Days are by UTC and by when a handoff was issued; today has not ended. Archived handoffs count, deleted ones do not.
"expired" is what nobody used in time. Median and 95th percentile are from issue to redeem.

Examples:
  cross-app stats
    date        created  used  revoked  expired  replays   median     95th
    2026-11-25       41    38        1        1        0  2.104 s  9.871 s
    2026-11-24      120   112        0        8        2  1.983 s  8.002 s
    …
    7 days          803   751        4       47        3  2.051 s  9.130 s
  cross-app stats --days 30 --by-target-app
  cross-app stats --json                               {"from":"2026-11-19","to":"2026-11-25","days":[{"date":…},…],"totals":{…}}
  cross-app stats --days 366 --csv > handoffs.csv      date,created,used,revoked,expired_unused,replays_refused,…`;

/** `cross-app stats` */
export function addStatsCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('stats')
    .description('Show for each day what became of the handoffs. Changes nothing.')
    .option('--days <number>', 'today and the days before it, 1 to 366 (default: 7)', readDays)
    .option('--by-target-app', 'a line for each day and target app');
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--json', 'print one object instead of a table')
    .addOption(
      new Option('--csv', 'print lines for a spreadsheet instead, without the sum').conflicts('json'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async ({ databaseUrl, json, csv, ...options }: StatsFlags) => {
      const url = readDatabaseUrl(given({ databaseUrl }), terminal);
      const statistics = await withDatabase(url, ADVICE, (knex) => sessionStatistics(knex, options));
      if (json) terminal.writeOut(`${JSON.stringify(statistics)}\n`);
      else terminal.writeOut(csv ? toCsv(statistics) : toTable(statistics, terminal.columns));
    });
}

function readDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= 366) return days;
  throw new InvalidArgumentError('It is a whole number from 1 to 366.');
}

function toTable({ from, to, days, totals }: SessionStatistics, columns: number | null): string {
  const isByApp = days.some(({ targetApp }) => targetApp !== undefined);
  const count = new Set(days.map(({ date }) => date)).size;
  if (count === 0) return `no handoffs from ${from} to ${to}\n`;
  const texts = ['date', ...(isByApp ? ['target app'] : [])];
  const head = [...texts, 'created', 'used', 'revoked', 'expired', 'replays', 'median', '95th'];
  const sum: Cell[] = [`${count} day${count === 1 ? '' : 's'}`, ...(isByApp ? [''] : []), ...cells(totals)];
  const rows = days.map((day) => [day.date, ...(isByApp ? [day.targetApp ?? ''] : []), ...cells(day)]);
  const table = formatTable({ head, rows: [...rows, sum], textColumns: texts.length }, columns);
  return columns === null ? table : `${table}${chart('created', createdByDate(days), columns)}`;
}

function cells(counts: SessionCounts): Cell[] {
  const { created, used, revoked, expiredUnused, replaysRefused } = counts;
  const { medianSecondsToRedeem, p95SecondsToRedeem } = counts;
  return [
    ...[created, used, revoked, expiredUnused, replaysRefused],
    ...[medianSecondsToRedeem, p95SecondsToRedeem].map((seconds) =>
      seconds === null ? null : `${seconds.toFixed(3)} s`,
    ),
  ];
}

/** Oldest first. */
function createdByDate(days: readonly DayStatistics[]): [date: string, created: number][] {
  const byDate = new Map<string, number>();
  for (const { date, created } of days) byDate.set(date, (byDate.get(date) ?? 0) + created);
  return [...byDate].reverse();
}

type CsvColumn = readonly [key: keyof DayStatistics, header: string];
const TARGET_APP: CsvColumn = ['targetApp', 'target_app'];

function toCsv({ days }: SessionStatistics): string {
  const isByApp = days.some(({ targetApp }) => targetApp !== undefined);
  const names: CsvColumn[] = [
    ['date', 'date'],
    ...(isByApp ? [TARGET_APP] : []),
    ['created', 'created'],
    ['used', 'used'],
    ['revoked', 'revoked'],
    ['expiredUnused', 'expired_unused'],
    ['replaysRefused', 'replays_refused'],
    ['medianSecondsToRedeem', 'median_seconds_to_redeem'],
    ['p95SecondsToRedeem', 'p95_seconds_to_redeem'],
  ];
  const columns = names.map(([key, header]) => ({ key, header }));
  // A target app is what somebody once sent: a spreadsheet must not take it for a formula.
  return stringify([...days], { header: true, columns, escape_formulas: true });
}

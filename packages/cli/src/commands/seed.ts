import { seedDevelopmentData, seedHistory } from '@cross-app/core';
import type { DevelopmentData, SeededHistory } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { given } from '../given.js';
import { Failure } from '../failure.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';
import { parseWholeNumber } from '../whole-number.js';

interface HistoryFlags extends SessionsTableFlags {
  readonly days?: number;
  readonly perDay?: number;
  readonly randomSeed?: number;
}

interface SeedFlags extends HistoryFlags, DatabaseUrlFlags {
  readonly history?: true;
  readonly force?: boolean;
  readonly json?: true;
}

const ADVICE: Advice = {
  '42P01': 'run cross-app migrate first, with --with-user-tables if the app has no users of its own',
  '42703':
    'seed makes users with an id of their own, an email and a name, and the users of this app are different',
};

const EXAMPLES = `
The tokens are shown this once: the database has their hashes only. Running it again replaces them.

--history makes up the past instead, for cross-app stats and health to show: sessions of 20 users called
history-1@example.com, from the app test-history, all expired, nobody has a token. Those before today are in the
archive, where cleanup would have put them. Running it again replaces what it made, and nothing else.

Examples:
  cross-app seed
  cross-app seed --json                                {"userId":1,"validToken":"handoff_…","expiredToken":"handoff_…"}
  NODE_ENV=production cross-app seed --force           else refused
  cross-app seed --history                             made up 2495 cross-app sessions from 2026-12-18 to 2026-12-31
  cross-app seed --history --days 90 --per-day 1000 --random-seed 7
  cross-app seed --history --json                      {"sessions":2495,"archived":2380,"from":"2026-12-18","to":"2026-12-31"}`;

/** `cross-app seed` */
export function addSeedCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('seed')
    .description('Add development data: test@example.com, a valid and an expired token for hi-events.')
    .option('--history', 'make up the sessions of the last days instead')
    .option(
      '--days <number>',
      'today and the days before it, 1 to 366 (default: 14)',
      parseWholeNumber(1, 366),
    )
    .option(
      '--per-day <number>',
      'sessions on a working day, 1 to 10000 (default: 200)',
      parseWholeNumber(1, 10_000),
    )
    .option(
      '--random-seed <number>',
      'another number, another history (default: 1)',
      parseWholeNumber(0, 2_147_483_647),
    );
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--force', 'even when NODE_ENV is production')
    .option('--json', 'print an object instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(async ({ databaseUrl, history, force = false, json, ...options }: SeedFlags) => {
      const url = readDatabaseUrl(given({ databaseUrl }), terminal);
      if (!history) refuseHistoryFlags(options);
      const text = await withDatabase(url, ADVICE, async (knex) => {
        if (history) {
          const made = await seedHistory(knex, { ...options, isForced: force });
          return json ? toJson(made) : sentenceOfHistory(made);
        }
        const data = await seedDevelopmentData(knex, force);
        return json ? toJson(data) : sentences(data);
      });
      terminal.writeOut(text);
    });
}

function refuseHistoryFlags({ days, perDay, randomSeed, sessionsTable }: HistoryFlags): void {
  if ([days, perDay, randomSeed, sessionsTable].every((value) => value === undefined)) return;
  throw new Failure(2, '--days, --per-day, --random-seed and --sessions-table go with --history');
}

function toJson(data: object): string {
  return `${JSON.stringify(data)}\n`;
}

function sentences({ userId, validToken, expiredToken }: DevelopmentData): string {
  return `user ${userId} is test@example.com
valid for 15 minutes  ${validToken}
expired               ${expiredToken}
`;
}

function sentenceOfHistory({ sessions, from, to }: SeededHistory): string {
  return `made up ${sessions} cross-app sessions from ${from} to ${to}\n`;
}

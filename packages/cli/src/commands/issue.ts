import { MAX_TTL_SECONDS } from '@cross-app/protocol';
import type { IssuedHandoff, JsonValue } from '@cross-app/core';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Knex } from 'knex';
import { parseAge } from '../age.js';
import { parseAppId } from '../app-id.js';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { Failure } from '../failure.js';
import { given } from '../given.js';
import { openRecordedSessions, sayingWhy } from '../recorded-sessions.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';

interface IssueFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly user: string;
  readonly account?: string;
  readonly targetApp: string;
  readonly sourceApp: string;
  readonly ttl: number;
  readonly permission?: readonly string[];
  readonly payload?: JsonValue;
  readonly userIdColumn?: string;
  readonly accountIdColumn?: string;
  readonly json?: true;
}

const ADVICE: Advice = {
  '42703': "name the column with the ids of the app's own table with --user-id-column or --account-id-column",
  '42P01':
    'cross-app status shows which tables were recorded; users and accounts must be in the same database',
};

const EXAMPLES = `
The token is shown this once: the database has its hash only. It signs its user in, so treat it as a password.

Examples:
  cross-app issue --user 456                           handoff_…, and nothing else
  cross-app issue --user 456 --account 7 --target-app hi-events --ttl 60
  cross-app issue --user 456 --permission orders:read --permission orders:write --payload '{"event":12}'
  cross-app issue --user 456 --json                    {"token":"handoff_…","session":{"id":"1","userId":"456",…}}
  cross-app issue --user 456 | cross-app inspect       looks at it without showing it`;

/** `cross-app issue` */
export function addIssueCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('issue')
    .description('Issue a token for a user and print it: to try a target app, or to help somebody in.')
    .requiredOption('--user <id>', 'who is handed over')
    .option('--account <id>', 'for which account')
    .option('--target-app <app>', 'who may redeem it', parseAppId, 'hi-events')
    .option('--source-app <app>', 'who it comes from', parseAppId, 'tuvens')
    .option('--ttl <seconds>', 'life in seconds, 1 to 900, or as 15m', readTtl, MAX_TTL_SECONDS)
    .option('--permission <name>', 'what the target app is told; may be given again and again', collect)
    .option('--payload <json>', 'JSON for the target app', readJson)
    .option('--user-id-column <name>', "id column of the app's users (default: id)")
    .option('--account-id-column <name>', "id column of the app's accounts (default: id)");
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--json', 'print {"token": …, "session": …} instead of the token alone')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: IssueFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const issued = await withDatabase(url, ADVICE, (knex) => sayingWhy(() => issue(knex, flags)));
      terminal.writeOut(flags.json ? `${JSON.stringify(issued)}\n` : `${issued.token}\n`);
    });
}

async function issue(knex: Knex, flags: IssueFlags): Promise<IssuedHandoff> {
  const { sessionsTable, sourceApp, userIdColumn, accountIdColumn } = flags;
  const { sessions, record } = await openRecordedSessions(knex, {
    ...given({ sessionsTable }),
    appId: sourceApp,
    columns: { users: { id: userIdColumn ?? 'id' }, accounts: { id: accountIdColumn ?? 'id' } },
  });
  if (flags.account !== undefined && record.accounts === null) {
    throw new Failure(2, 'these tables were made for an app without accounts: leave --account out');
  }
  const { user, account, targetApp, ttl, permission, payload } = flags;
  return sessions.issue({
    userId: user,
    accountId: account,
    targetApp,
    ttlSeconds: ttl,
    permissions: permission,
    payload,
  });
}

function readTtl(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : parseAge(text);
  if (seconds >= 1 && seconds <= MAX_TTL_SECONDS) return seconds;
  throw new InvalidArgumentError(`It is 1 to ${MAX_TTL_SECONDS} seconds.`);
}

function readJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new InvalidArgumentError('It is no JSON.');
  }
}

function collect(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

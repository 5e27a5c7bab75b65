import { describeToken, revokeInBatches } from '@cross-app/core';
import type { RemovalOptions, RevokeFilter, RevokeReport } from '@cross-app/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Knex } from 'knex';
import { parseRetention } from '../age.js';
import { parseAppId } from '../app-id.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { Failure } from '../failure.js';
import { given } from '../given.js';
import { parseInstantOrAge } from '../instant.js';
import { withProgress } from '../progress.js';
import { openRecordedSessions, sayingWhy } from '../recorded-sessions.js';
import { addRemovalOptions, readRemovalOptions } from '../removal.js';
import type { RemovalFlags } from '../removal.js';
import type { Terminal } from '../terminal.js';
import { purge } from './purge-revocations.js';
import { NO_TOKEN, readToken, takeTokenFromInput } from '../token-input.js';

interface ConditionFlags {
  readonly user?: string;
  readonly account?: string;
  readonly sourceApp?: string;
  readonly targetApp?: string;
  readonly issuedBefore?: Date | number;
  readonly all?: true;
}

type RevokeFlags = ConditionFlags & RemovalFlags & { readonly purgeOlderThan?: number };

const EXAMPLES = `
Nobody redeems what is revoked, nor a second time what was used before, and the sign-ins that were made from it end at
the target apps that ask, also those whose handoffs are no more. It asks nothing before it begins: --dry-run shows how
many handoffs there are. All conditions that are given must be true of what it revokes.

What ends sign-ins is kept, and has to be kept for as long as they live: --purge-older-than deletes what is older.

Examples:
  cross-app revoke                                     asks for a token at a prompt, or reads it from a pipe
  cross-app revoke --user 456                          revoked 3 cross-app sessions
  cross-app revoke --source-app tuvens --target-app hi-events --issued-before 2h
  cross-app revoke --all --issued-before 2026-12-31T18:00:00Z
  cross-app revoke --all --dry-run                     would revoke 120433 cross-app sessions
  cross-app revoke --all --json                        {"revoked":120433,"outcome":"done","dryRun":false}
  cross-app revoke --purge-older-than 31d              deleted 12 revocations: they were recorded before 2026-10-25T03:00:00.123Z`;

const ADVICE: Advice = {
  '42501': 'GRANT SELECT and DELETE on cross_app_revocations to this role',
};

/** `cross-app revoke` */
export function addRevokeCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('revoke')
    .description('Revoke one token, or all cross-app sessions of a user, an account, or a pair of apps.')
    .option('--user <id>', 'those of this user')
    .option('--account <id>', 'those for this account')
    .option('--source-app <app>', 'those that this app has issued', parseAppId)
    .option('--target-app <app>', 'those that this app may redeem', parseAppId)
    .option(
      '--issued-before <time>',
      "those issued before a time such as 2026-12-31T18:00:00Z, or longer ago than an age such as 2h, by the database's clock",
      parseInstantOrAge,
    )
    .addOption(
      new Option('--all', 'every one, or with --issued-before every one from before then').conflicts([
        'user',
        'account',
        'sourceApp',
        'targetApp',
      ]),
    )
    .addOption(
      new Option(
        '--purge-older-than <age>',
        'revoke nothing, and delete revocations older than this, such as 31d',
      )
        .argParser(parseRetention)
        .conflicts(['user', 'account', 'sourceApp', 'targetApp', 'issuedBefore', 'all']),
    );
  takeTokenFromInput(addRemovalOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async ({ purgeOlderThan, ...flags }: RevokeFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      if (purgeOlderThan !== undefined) {
        const text = await withDatabase(url, ADVICE, (knex) =>
          sayingWhy(() => purge(knex, { ...flags, purgeOlderThan }, terminal)),
        );
        terminal.writeOut(text);
        return;
      }
      const work = await prepare(flags, terminal);
      const report = await withDatabase(url, {}, (knex) => sayingWhy(() => work(knex)));
      terminal.writeOut(flags.json ? `${JSON.stringify(report)}\n` : sentence(report));
    });
}

/** What to do, decided before the database is asked. */
async function prepare(
  flags: RevokeFlags,
  terminal: Terminal,
): Promise<(knex: Knex) => Promise<RevokeReport>> {
  const { user, account, sourceApp, targetApp, issuedBefore, all } = flags;
  const options = readRemovalOptions(flags);
  const conditions = [user, account, sourceApp, targetApp, issuedBefore, all];
  if (conditions.every((condition) => condition === undefined)) {
    const token = await readToken(
      terminal,
      'there is nothing to go by: pipe a token in, or give --user, --account, --source-app, --target-app, --issued-before or --all',
    );
    return (knex) => revokeToken(knex, token, options);
  }
  return (knex) =>
    withProgress(terminal, 'sessions', async (hooks) =>
      revokeInBatches(knex, await toFilter(knex, flags), { ...options, ...hooks }),
    );
}

async function toFilter(knex: Knex, flags: ConditionFlags): Promise<RevokeFilter> {
  const { user, account, sourceApp, targetApp, issuedBefore, all } = flags;
  return {
    userId: user,
    accountId: account,
    sourceApp,
    targetApp,
    issuedBefore: typeof issuedBefore === 'number' ? await instantAgo(knex, issuedBefore) : issuedBefore,
    all,
  };
}

/** By the database's clock, which dates what is issued. */
async function instantAgo(knex: Knex, seconds: number): Promise<Date> {
  const { rows } = await knex.raw<{ rows: { epoch: string }[] }>(
    "SELECT extract(epoch FROM now() - ? * interval '1 second')::text AS epoch",
    [seconds],
  );
  return new Date(Number(rows[0]?.epoch) * 1000);
}

async function revokeToken(
  knex: Knex,
  token: string,
  { dryRun = false, sessionsTable }: RemovalOptions,
): Promise<RevokeReport> {
  const choice = given({ sessionsTable });
  const { state, session } = await describeToken(knex, token, choice);
  if (state === 'malformed') throw new Failure(2, NO_TOKEN);
  let revoked = 0;
  if (dryRun) {
    revoked = session?.table === 'sessions' && session.revokedAt === null ? 1 : 0;
  } else {
    const { sessions } = await openRecordedSessions(knex, { ...choice, appId: 'cross-app' });
    sessions.on('revoked', ({ sessionIds }) => {
      revoked = sessionIds.length;
    });
    await sessions.revoke(token);
  }
  return { revoked, outcome: 'done', dryRun };
}

function sentence({ revoked, outcome, dryRun }: RevokeReport): string {
  const sessions = `${revoked} cross-app ${revoked === 1 ? 'session' : 'sessions'}`;
  if (outcome === 'interrupted') return `interrupted: revoked ${sessions}; run it again for the rest\n`;
  if (revoked === 0) return 'nothing to revoke\n';
  return `${dryRun ? 'would revoke' : 'revoked'} ${sessions}\n`;
}

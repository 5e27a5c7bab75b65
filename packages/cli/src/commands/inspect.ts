import { describeToken } from '@cross-app/core';
import type { DescribedSession, TokenDescription, TokenState } from '@cross-app/core';
import type { Command } from 'commander';
import { parseAppId } from '../app-id.js';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import { Failure, Verdict } from '../failure.js';
import { given } from '../given.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';
import { NO_TOKEN, readToken, takeTokenFromInput } from '../token-input.js';

interface InspectFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly targetApp?: string;
  readonly json?: true;
}

const EXAMPLES = `
The token is asked for at a prompt, or read from a pipe; never from the command line.

Examples:
  cross-app inspect
    state    used
    user     456, Ada <ada@example.com>
    account  7, Riverside Hall
    way      tuvens to hi-events
    issued   2026-12-31T18:00:00.000Z
    expires  2026-12-31T18:15:00.000Z
    used     2026-12-31T18:00:04.250Z, 1 replay refused since
    revoked  no
    row      1204 of the sessions
  cross-app inspect --target-app hi-events < token.txt
  cross-app inspect --json < token.txt                 {"isRedeemable":false,"state":"used","session":{"id":"1204",…}}

Exit codes of inspect:
  0    it can be redeemed, by --target-app if that is given
  1    it cannot: used, revoked, expired, superseded, for another app, or nobody has issued it
  2    it is no token, or wrong usage`;

const EXPLAINED: Readonly<Partial<Record<TokenState, string>>> = {
  orphaned: 'orphaned: its user or account is not there',
  superseded: 'superseded: issued before a failover or a restore of the database',
  unknown: 'unknown: no row has it, neither of the sessions nor of the archive',
};

/** `cross-app inspect` */
export function addInspectCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('inspect')
    .description('Say what has become of a token, whose it is and where it goes. Changes nothing.')
    .option('--target-app <app>', 'also whether this app could redeem it', parseAppId);
  takeTokenFromInput(addSessionsTableOption(addDatabaseUrlOption(command)))
    .option('--json', 'print an object instead of lines')
    .addHelpText('after', EXAMPLES)
    .action(async ({ targetApp, sessionsTable, json, ...flags }: InspectFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const token = await readToken(terminal, 'there is no token: type it at the prompt or pipe it in');
      const choice = given({ sessionsTable });
      const described = await withDatabase(url, {}, (knex) => describeToken(knex, token, choice));
      if (described.state === 'malformed') throw new Failure(2, NO_TOKEN);
      const isRedeemable = described.state === 'redeemable' && isFor(described, targetApp);
      terminal.writeOut(
        json ? `${JSON.stringify({ isRedeemable, ...described })}\n` : lines(described, targetApp),
      );
      if (!isRedeemable) throw new Verdict(1);
    });
}

function isFor({ session }: TokenDescription, targetApp: string | undefined): boolean {
  return targetApp === undefined || session?.targetApp === targetApp;
}

function lines(described: TokenDescription, targetApp: string | undefined): string {
  const { state, session } = described;
  const mismatch = isFor(described, targetApp) ? '' : `, and not for ${String(targetApp)}`;
  const rows =
    session === null
      ? [['state', EXPLAINED[state] ?? state]]
      : [['state', `${EXPLAINED[state] ?? state}${mismatch}`], ...rowsOf(session)];
  // Names and user agents come from outside: they must not move the cursor.
  return rows
    .map(([label = '', text = '']) => `${label.padEnd(9)}${text.replace(/\p{Cc}/gu, ' ')}\n`)
    .join('');
}

function rowsOf(session: DescribedSession): string[][] {
  const { id, sourceApp, targetApp, isBound, createdAt, expiresAt, revokedAt } = session;
  const of = session.table === 'sessions' ? 'of the sessions' : 'of the archive, where nobody redeems it';
  return [
    ['user', `${session.userId}${person(session)}`],
    ...(session.accountId === null
      ? []
      : [['account', [session.accountId, session.accountName].filter(Boolean).join(', ')]]),
    ['way', `${sourceApp} to ${targetApp}${isBound ? ', only by the browser that asked for it' : ''}`],
    ['issued', `${createdAt.toISOString()}${client(session.userAgent, session.ipAddress)}`],
    ['expires', expiresAt.toISOString()],
    ['used', usage(session)],
    ['revoked', revokedAt?.toISOString() ?? 'no'],
    ['row', `${id} ${of}`],
  ];
}

function person({ name, email }: DescribedSession): string {
  const text = [name, email === null ? null : `<${email}>`].filter(Boolean).join(' ');
  return text === '' ? '' : `, ${text}`;
}

function usage({ usedAt, redeemedUserAgent, redeemedIp, replays }: DescribedSession): string {
  if (usedAt === null) return 'no';
  const refused = replays === 0 ? '' : `, ${replays} ${replays === 1 ? 'replay' : 'replays'} refused since`;
  return `${usedAt.toISOString()}${client(redeemedUserAgent, redeemedIp)}${refused}`;
}

function client(userAgent: string | null, ipAddress: string | null): string {
  const at = ipAddress === null ? '' : ` from ${ipAddress}`;
  return userAgent === null ? at : `${at} by ${userAgent}`;
}

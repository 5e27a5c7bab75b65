import { listApps } from '@cross-app/core';
import type { ListedApp, ListedSecret } from '@cross-app/core';
import type { Command } from 'commander';
import { addAppOptions, APP_ADVICE } from '../app-options.js';
import type { AppFlags } from '../app-options.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import { formatTable } from '../table.js';
import type { Cell } from '../table.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
Never a secret. When one was last used is right to a minute or two, and known of issuers with createAppRegistry only.

Examples:
  cross-app app list
    app        secret    made                      ends                      last used
    hi-events  3f9a01bc  2026-05-02T09:00:00.000Z  2026-11-29T18:00:03.120Z  2026-11-25T18:00:02.004Z
    hi-events  c07d5e11  2026-11-22T18:00:03.120Z  –                         2026-11-25T17:59:41.310Z
    tuvens     –         2026-05-02T08:58:11.502Z  –                         –
  cross-app app list --json                            [{"id":"hi-events","redirectUris":[…],…,"secrets":[…]},…]`;

const HEAD = ['app', 'secret', 'made', 'ends', 'last used'];

/** `cross-app app list` */
export function addAppListCommand(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('list')
    .description('Show the registered apps, and when each of their secrets was last used.');
  addAppOptions(command, 'print a list of objects, with all that is known of each app')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: AppFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const choice = given({ sessionsTable: flags.sessionsTable });
      const apps = await withDatabase(url, APP_ADVICE, (knex) => listApps(knex, choice));
      terminal.writeOut(flags.json ? `${JSON.stringify(apps)}\n` : format(apps, terminal.columns));
    });
}

function format(apps: readonly ListedApp[], columns: number | null): string {
  if (apps.length === 0) return 'no apps\n';
  const rows = apps.flatMap(({ id, createdAt, secrets }): Cell[][] =>
    secrets.length === 0
      ? [[id, null, createdAt.toISOString(), null, null]]
      : secrets.map((secret) => [id, ...toCells(secret)]),
  );
  return formatTable({ head: HEAD, rows, textColumns: HEAD.length }, columns);
}

function toCells({ id, createdAt, expiresAt, isExpired, lastUsedAt }: ListedSecret): Cell[] {
  const end = expiresAt === null ? null : `${expiresAt.toISOString()}${isExpired ? ' (ended)' : ''}`;
  return [id, createdAt.toISOString(), end, lastUsedAt?.toISOString() ?? null];
}

import { AUDIT_EVENTS, MAX_AUDIT_LIMIT, purgeAudit, readAudit } from '@cross-app/core';
import type { AuditQuery } from '@cross-app/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Knex } from 'knex';
import { parseRetention } from '../age.js';
import { parseAppId } from '../app-id.js';
import { formatEntries } from '../audit-table.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Advice } from '../database.js';
import { Failure } from '../failure.js';
import { given } from '../given.js';
import { parseInstantOrAge } from '../instant.js';
import { addRemovalOptions, readRemovalOptions, tellRemoval } from '../removal.js';
import type { RemovalFlags, RemovalWords } from '../removal.js';
import type { Terminal } from '../terminal.js';
import { parseWholeNumber } from '../whole-number.js';

type QueryFlags = Pick<AuditQuery, 'since' | 'until' | 'event' | 'app' | 'limit'> & {
  readonly user?: string;
};
type AuditFlags = QueryFlags & RemovalFlags & { readonly purgeOlderThan?: number };

const ADVICE: Advice = {
  '42501': 'GRANT SELECT on cross_app_audit, and DELETE for --purge-older-than, to this role',
};

const EXAMPLES = `
Newest first. "app" is the one that asked, or that the handoff is for. The table shows the begin of a user agent,
--json all of it. An app writes the audit with createAuditLog; times are by UTC. What this command line does to handoffs
is not in it.

Examples:
  cross-app audit
    at                        event     reason      app        user  session  ip address    user agent
    2026-11-25T18:00:03.120Z  replayed  token_used  hi-events  456   1207     203.0.113.9   curl/8.5.0
    2026-11-25T18:00:02.004Z  redeemed  –           hi-events  456   1207     198.51.100.7  node
  cross-app audit --event rejected --app hi-events --since 2h
  cross-app audit --user 456 --since 2026-11-01 --until 2026-12-01 --limit 1000
  cross-app audit --json                               {"id":"3","at":"2026-11-25T18:00:03.120Z","event":"replayed",…}
  cross-app audit --purge-older-than 90d               deleted 1200 entries: they were made before 2026-08-27T03:00:00.123Z
  cross-app audit --purge-older-than 90d --dry-run     would delete 1200 entries: …`;

const PURGE: RemovalWords = {
  job: 'purge of the audit',
  verb: ['delete', 'deleted'],
  noun: ['entry', 'entries'],
  to: '',
  reason: ['was made', 'were made'],
};

/** `cross-app audit` */
export function addAuditCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('audit')
    .description('Show what happened to handoffs, and delete what is too old to keep.')
    .option(
      '--since <time>',
      'from a time such as 2026-12-31T18:00:00Z on, or an age such as 2h',
      parseInstantOrAge,
    )
    .option('--until <time>', 'before such a time', parseInstantOrAge)
    .addOption(new Option('--event <event>', 'only these').choices(AUDIT_EVENTS))
    .option('--app <app>', 'of this app', parseAppId)
    .option('--user <id>', 'of this user')
    .option(
      '--limit <number>',
      `how many, 1 to ${MAX_AUDIT_LIMIT} (default: 50)`,
      parseWholeNumber(1, MAX_AUDIT_LIMIT),
    )
    .addOption(
      new Option('--purge-older-than <age>', 'show nothing, and delete what is older than this, such as 90d')
        .argParser(parseRetention)
        .conflicts(['since', 'until', 'event', 'app', 'user', 'limit']),
    );
  addRemovalOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async ({ purgeOlderThan, ...flags }: AuditFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      if (purgeOlderThan === undefined) requireNoPurgeOptions(flags);
      const text = await withDatabase(url, ADVICE, (knex) =>
        purgeOlderThan === undefined
          ? show(knex, flags, terminal.columns)
          : purge(knex, { ...flags, purgeOlderThan }, terminal),
      );
      terminal.writeOut(text);
    });
}

// Who asks for a dry run must not be shown something else and take it for one.
function requireNoPurgeOptions({ dryRun, batchSize }: RemovalFlags): void {
  if (dryRun === undefined && batchSize === undefined) return;
  throw new Failure(2, '--dry-run and --batch-size are for --purge-older-than');
}

async function purge(
  knex: Knex,
  { purgeOlderThan, ...flags }: RemovalFlags & { readonly purgeOlderThan: number },
  terminal: Terminal,
): Promise<string> {
  const options = { ...readRemovalOptions(flags), olderThanSeconds: purgeOlderThan };
  return await tellRemoval(terminal, { rows: 'entries', words: PURGE, json: flags.json }, (hooks) =>
    purgeAudit(knex, { ...options, ...hooks }),
  );
}

async function show(
  knex: Knex,
  { user, json, ...flags }: QueryFlags & RemovalFlags,
  columns: number | null,
): Promise<string> {
  const { sessionsTable, since, until, event, app, limit } = flags;
  const query: AuditQuery = given({ sessionsTable, since, until, event, app, userId: user, limit });
  const entries = await readAudit(knex, query);
  return json
    ? entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    : formatEntries(entries, columns);
}

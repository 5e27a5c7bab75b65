import { migrationStatus } from '@cross-app/core';
import type { MigrationStatus, SchemaRecord } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
Examples:
  cross-app status
  cross-app status --json                              {"history":"cross_app_migrations","applied":[…],"pending":[],"schemas":[…]}
  cross-app status --json | jq -e '.pending == []'     exits with 1 when something is missing`;

/** `cross-app status` */
export function addStatusCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('status')
    .description('Show which migrations have run and how the tables were made. Changes nothing.');
  addDatabaseUrlOption(command)
    .option('--json', 'print an object instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DatabaseUrlFlags & { json?: true }) => {
      const url = readDatabaseUrl(flags, terminal);
      const status = await withDatabase(url, {}, (knex) => migrationStatus(knex));
      terminal.writeOut(flags.json ? `${JSON.stringify(status)}\n` : sentences(status));
    });
}

function sentences({ history, applied, pending, schemas }: MigrationStatus): string {
  const lines = [
    ...applied.map((name) => `applied  ${name}`),
    ...pending.map((name) => `pending  ${name}`),
    history === null ? 'no history yet: run cross-app migrate' : `history  ${history}`,
    ...schemas.map(describe),
  ];
  return `${lines.join('\n')}\n`;
}

function describe({ sessions, users, accounts, ...rest }: SchemaRecord): string {
  const { userIdType, accountIdType, foreignKeys, partitionInterval } = rest;
  const layout = partitionInterval === null ? 'plain' : `partitioned by ${partitionInterval}`;
  const people = accounts === null ? users : `${users} and ${accounts}`;
  const ids = accounts === null ? userIdType : `${userIdType} and ${accountIdType}`;
  return `table    ${sessions}, ${layout}, for ${people} (ids: ${ids}), ${foreignKeys ? 'with' : 'without'} foreign keys`;
}

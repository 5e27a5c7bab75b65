import type { DerivedSessions, Revocation, RevocationSink } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { Database } from '../database.js';
import {
  DEFAULT_TIMEOUT_MS,
  quoteName,
  refuseUnknownKeys,
  requirePostgres,
  requireTimeout,
} from '../options.js';
import { DURABLE } from '../store.js';
import { prepareIsRevoked } from './is-revoked.js';
import { RevocationTable } from './known-table.js';
import { recordRevocation } from './record.js';
import { readRevocation } from './revocation.js';
import { createRevocationTable } from './table.js';
import { watchRevocations } from './watch.js';

/** Options of {@link createRevocationList}. */
export interface RevocationListOptions {
  /** A knex on PostgreSQL (`client: 'pg'`), not a transaction. Its pool is used, never closed. */
  readonly knex: Knex;
  /** By name or schema.name. Default `cross_app_revocations`. */
  readonly tables?: { readonly revocations?: string };
  /** How long one statement may take in milliseconds, the wait for a connection included: 1 to 60,000. Default 10,000. */
  readonly timeoutMs?: number;
}

/** What a target app has been told of, and asks itself about. */
export type RevocationList = Required<DerivedSessions> & RevocationSink;

const DEFAULT_NAME = 'cross_app_revocations';

/**
 * The revocations that a target app with a database of its own has been told of. {@link createRevocationsTable} makes
 * the table, `purgeRevocations` ends it.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @example
 * const revocations = createRevocationList({ knex });
 * await revocations.add(revocation); // told by the source app
 * await revocations.isRevoked(derived);
 */
export function createRevocationList(options: RevocationListOptions): RevocationList {
  refuseUnknownKeys('createRevocationList', options, ['knex', 'tables', 'timeoutMs']);
  const { knex, tables = {}, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  requirePostgres(knex);
  requireTimeout(timeoutMs);
  refuseUnknownKeys('tables', tables, ['revocations']);
  const table = new RevocationTable(
    new Database(knex, { timeoutMs }),
    quoteName('tables.revocations', tables.revocations ?? DEFAULT_NAME),
  );
  return {
    add: prepareAdd(table),
    isRevoked: prepareIsRevoked(table),
    watchRevocations: (listener) => watchRevocations({ knex, table }, listener),
  };
}

/**
 * Makes the table of {@link createRevocationList}, for a migration of a target app that has no `cross_app_sessions`.
 * Our own migrations make it too.
 *
 * @throws TypeError for what is no name.
 * @example
 * export const up = (knex) => createRevocationsTable(knex);
 * export const down = (knex) => knex.schema.dropTable('cross_app_revocations');
 */
export async function createRevocationsTable(knex: Knex, name: string = DEFAULT_NAME): Promise<void> {
  await createRevocationTable(knex, quoteName('name', name));
}

function prepareAdd(table: RevocationTable): (revocation: Revocation) => Promise<void> {
  const statement = addStatement(table.name);
  return async function add(revocation) {
    await table.run(statement, readRevocation(revocation));
  };
}

// The first telling of a revocation is the one that counts: one that comes again is the same.
function addStatement(revocations: string): string {
  const columns = {
    id: '$1::uuid',
    token_hash: '$2::text',
    user_id: '$3::text',
    account_id: '$4::text',
    source_app: '$5::text',
    target_app: '$6::text',
    issued_before: '$7::timestamptz',
  };
  const from = 'FROM rules WHERE rules.durable IS NOT NULL';
  return `
WITH rules AS MATERIALIZED (
  SELECT ${DURABLE}
)
${recordRevocation(revocations, { columns, from }, 'ON CONFLICT (id) DO NOTHING')}`;
}

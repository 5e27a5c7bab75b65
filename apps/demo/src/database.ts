import { isNativeError } from 'node:util/types';
import { createMigrationSource, createRevocationsTable, hasHistory, seedHistory } from '@cross-app/core';
import { startPostgres } from '@cross-app/test-database/server';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { Pool } from 'pg';
import { REVOCATIONS_TABLE } from './hi-events-sessions.js';
import { seedPeople } from './people.js';
import { StartError } from './start-error.js';
import { createJournalTable } from './what-happened/journal.js';

/** Everything of the demo is in a schema of its own, so that a database with other tables is not disturbed. */
export const SCHEMA = 'cross_app_demo';

const CONNECT_MS = 5_000;
// Any number that other programs are unlikely to take: advisory locks are shared by the whole database.
const STARTING_LOCK = 6_120_394;

// knex prints the stack of an error that it also rejects with.
const SILENT = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

/** The demo's tables with the people in them, and two ways to reach them. */
export interface Database {
  /** For the packages and the apps' own queries. */
  readonly knex: Knex;
  /** For connect-pg-simple, which knows no knex. */
  readonly pool: Pool;
  /** Where it is, if it is the embedded one, which ends with the demo; null for the one of DATABASE_URL. */
  readonly embeddedUrl: string | null;
  close(): Promise<void>;
}

/**
 * Opens the database of `url`, or starts an embedded PostgreSQL, and makes what is missing there.
 *
 * @throws StartError when there is no PostgreSQL that can be used.
 */
export async function openDatabase(url: string | undefined): Promise<Database> {
  if (url !== undefined) return prepare(connect(url), 'The database of DATABASE_URL cannot be used');
  const server = await startPostgres().catch((error: unknown) => {
    throw new StartError(reasonOf(error));
  });
  const database = connect(server.url);
  return prepare(
    {
      ...database,
      embeddedUrl: server.url,
      async close() {
        await database.close();
        await server.stop();
      },
    },
    'The embedded database cannot be used',
  );
}

function connect(url: string): Database {
  const connection = { connectionString: url, connectionTimeoutMillis: CONNECT_MS };
  const knex = knexFactory({
    client: 'pg',
    connection,
    searchPath: [SCHEMA],
    pool: { min: 0, max: 10 },
    acquireConnectionTimeout: 2 * CONNECT_MS,
    log: SILENT,
  });
  const pool = new Pool({ ...connection, max: 5 });
  // A connection that breaks while nobody uses it: the next query opens another one.
  pool.on('error', ignore);
  return {
    knex,
    pool,
    embeddedUrl: null,
    async close() {
      await knex.destroy();
      await pool.end();
    },
  };
}

async function prepare(database: Database, otherwise: string): Promise<Database> {
  try {
    await database.knex.transaction((trx) => createWhatIsMissing(trx));
    return database;
  } catch (error) {
    await database.close();
    throw new StartError(`${otherwise}: ${reasonOf(error)}.`);
  }
}

// In one transaction and behind a lock: two demos may start on one database at the same time, and one that is
// stopped half-way leaves nothing behind.
async function createWhatIsMissing(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [STARTING_LOCK]);
  await trx.raw(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await trx.migrate.latest({ migrationSource: createMigrationSource({ withUserTables: true }) });
  await createSessionTable(trx, 'tuvens_sessions');
  await createSessionTable(trx, 'hi_events_sessions');
  await createRevocationsTable(trx, REVOCATIONS_TABLE);
  await createJournalTable(trx);
  await seedPeople(trx);
  // Something for `cross-app stats` and `cross-app health` to show. Nothing of it can be redeemed.
  if (!(await hasHistory(trx))) await seedHistory(trx, { isForced: true });
}

// As table.sql of connect-pg-simple has it. Its own `createTableIfMissing` gives the indexes of both tables one name.
async function createSessionTable(trx: Knex.Transaction, name: string): Promise<void> {
  await trx.raw(
    `CREATE TABLE IF NOT EXISTS ${name} (sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamptz NOT NULL)`,
  );
  await trx.raw(`CREATE INDEX IF NOT EXISTS idx_${name}_expire ON ${name} (expire)`);
}

function ignore(): void {
  // Nothing to do.
}

// An AggregateError (no address of a host answered) has no message of its own.
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) {
    return reasonOf(error.errors[0]);
  }
  return error.message.replaceAll(/\s+/g, ' ').replace(/[.\s]+$/, '');
}

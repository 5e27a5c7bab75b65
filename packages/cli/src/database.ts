import knexFactory from 'knex';
import type { Knex } from 'knex';
import type { DatabaseUrl } from './database-url.js';
import { Failure } from './failure.js';

/** What to do about an error of PostgreSQL's, by its SQLSTATE. */
export type Advice = Readonly<Partial<Record<string, string>>>;

interface DatabaseError {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  /** Where objection keeps the error of the driver. */
  readonly nativeError?: DatabaseError;
}

const quiet = (): undefined => undefined;
// knex would print what it then throws too.
const SILENT: Knex.Logger = { warn: quiet, error: quiet, deprecate: quiet, debug: quiet };

/**
 * Opens the database for the work and closes it again.
 *
 * @throws Failure when it cannot be reached, or when PostgreSQL refuses something: its message, and the advice.
 */
export async function withDatabase<Result>(
  url: DatabaseUrl,
  advice: Advice,
  work: (knex: Knex) => Promise<Result>,
): Promise<Result> {
  const knex = openKnex(url);
  try {
    await connect(knex, url);
    return await work(knex).catch((error: unknown) => {
      throw explain(error, advice);
    });
  } finally {
    await knex.destroy();
  }
}

function openKnex({ connectionString }: DatabaseUrl): Knex {
  const knex = knexFactory({
    client: 'pg',
    connection: { connectionString, connectionTimeoutMillis: 10_000, application_name: 'cross-app' },
    pool: { min: 0, max: 4 },
    compileSqlOnError: false,
    log: SILENT,
  });
  // knex puts the whole statement before PostgreSQL's message.
  knex.on('query-error', (error: Error, { sql }: { sql: string }) => {
    if (error.message.startsWith(`${sql} - `)) error.message = error.message.slice(sql.length + 3);
  });
  return knex;
}

async function connect(knex: Knex, { server }: DatabaseUrl): Promise<void> {
  try {
    await knex.raw('SELECT 1');
  } catch (error) {
    // Node's error for a name with several addresses has a code and no message.
    const { message, code = '' } = error as DatabaseError;
    throw new Failure(1, `cannot connect to PostgreSQL at ${server}: ${message || code}`);
  }
}

function explain(error: unknown, advice: Advice): unknown {
  const { nativeError = error as DatabaseError } = error as DatabaseError;
  const { message, code = '', detail } = nativeError;
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  const next = advice[code] ?? detail;
  return new Failure(1, next === undefined ? message : `${message}: ${next}`);
}

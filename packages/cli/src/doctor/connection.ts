import { Client } from 'pg';
import { readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrl } from '../database-url.js';
import { Failure, hidePasswords } from '../failure.js';
import { given } from '../given.js';
import { fail } from './check.js';
import type { Check } from './check.js';
import type { Configuration } from './configuration.js';

/** Two connections, each a client of its own to whatever is in front of PostgreSQL. */
export interface Connections {
  readonly first: Client;
  readonly second: Client;
  end(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const LOOK = 'Look whether it runs, and whether the URL and the firewall let this machine reach it.';

const ADVICE: Readonly<Partial<Record<string, string>>> = {
  '08P01':
    'PgBouncer takes neither options nor statement_timeout in the URL: remove them, or list them in its ignore_startup_parameters.',
  '28000':
    'Allow this role, database and address in pg_hba.conf, or ask for TLS with ?sslmode=require in the URL.',
  '28P01': 'Correct the user or the password in the URL; special characters are percent-encoded (# as %23).',
  '3D000': 'Make it with CREATE DATABASE, or correct its name in the URL.',
  '53300': 'End what is idle, make the pools of the apps smaller, or raise max_connections.',
  '57P03': 'It is starting or stopping: try again in a moment.',
  EAI_AGAIN: 'Correct the host in the URL: it has to be one host, for the driver knows no lists.',
  ENOTFOUND: 'Correct the host in the URL: it has to be one host, for the driver knows no lists.',
};

/** Where the database is, or what is wrong with the URL. */
export function readUrl({ databaseUrl }: Configuration): DatabaseUrl | Check {
  try {
    return readDatabaseUrl(given({ databaseUrl }), NO_ENVIRONMENT);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const found = databaseUrl === undefined ? 'DATABASE_URL is not set' : 'the database URL is not one';
    return fail('database', found, error.message);
  }
}

// The options and the environment have been read already.
const NO_ENVIRONMENT = { env: {} };

/** Connects twice, or says what is in the way. */
export async function connect({ connectionString, server }: DatabaseUrl): Promise<Connections | Check> {
  const [first, second] = [makeClient(connectionString), makeClient(connectionString)];
  const end = async (): Promise<void> => {
    await Promise.all([first.end(), second.end()].map((ending) => ending.catch(() => undefined)));
  };
  try {
    await first.connect();
    await second.connect();
    return { first, second, end };
  } catch (error) {
    await end();
    const { message, code = '' } = error as Error & { code?: string };
    const advice = ADVICE[code] ?? LOOK;
    return fail(
      'database',
      `cannot connect to PostgreSQL at ${server}: ${hidePasswords(message || code)}`,
      advice,
    );
  }
}

function makeClient(connectionString: string): Client {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: 'cross-app',
  });
  // A connection that breaks fails the query that needs it; without a listener it would end the process.
  client.on('error', () => undefined);
  return client;
}

import type { Knex } from 'knex';
import { ask } from './ask.js';

/** A setting as this role has it in this database, through this URL. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** `pg_settings.source`: `default`, `configuration file`, `database`, `user`, … */
  readonly source: string;
}

const SETTINGS = [
  'default_transaction_isolation',
  'default_transaction_read_only',
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'synchronous_standby_names',
] as const;

/** What the server says of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly isInRecovery: boolean;
  /** Quoted. */
  readonly role: string;
  /** Quoted. */
  readonly database: string;
  readonly settings: Readonly<Record<(typeof SETTINGS)[number], Setting>>;
  readonly connections: {
    readonly used: number;
    readonly limit: number;
    /** Which of the limits that is. */
    readonly limitedBy: string;
  };
  /** Standbys that are connected; null where this role may not see whether one is synchronous. */
  readonly standbys: { readonly connected: number; readonly synchronous: number | null };
}

/** Asks for all of it in one statement, which every role may. */
export async function readServerFacts(knex: Knex): Promise<ServerFacts> {
  const [facts] = await ask<ServerFacts>(knex, FACTS, [[...SETTINGS]]);
  if (facts === undefined) throw new TypeError('a SELECT without FROM has one row');
  return facts;
}

// The three places that a connection can be refused at, and the one that is nearest.
const FACTS = `
WITH limits AS (
  SELECT 'max_connections' AS name,
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS value,
         (SELECT sum(numbackends) FROM pg_stat_database) AS used
  UNION ALL
  SELECT 'the connection limit of the role', rolconnlimit,
         (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user)
  FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0
  UNION ALL
  SELECT 'the connection limit of the database', datconnlimit,
         (SELECT numbackends FROM pg_stat_database WHERE datname = current_database())
  FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0
), nearest AS (
  SELECT * FROM limits ORDER BY value - used LIMIT 1
)
SELECT current_setting('server_version') AS version,
       pg_is_in_recovery() AS "isInRecovery",
       quote_ident(current_user) AS role,
       quote_ident(current_database()) AS database,
       (SELECT json_object_agg(name, json_build_object('name', name, 'value', setting, 'source', source))
        FROM pg_settings WHERE name = ANY (?)) AS settings,
       (SELECT json_build_object('used', used, 'limit', value, 'limitedBy', name) FROM nearest) AS connections,
       (SELECT json_build_object(
          'connected', count(*),
          'synchronous', CASE WHEN count(*) = count(sync_state)
                         THEN count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) END)
        FROM pg_stat_replication) AS standbys`;

const PLACES: Readonly<Record<string, string>> = {
  client: 'from the options in the URL',
  'command line': 'from the command line of the server',
  'configuration file': "from the server's configuration",
  database: 'set for the database',
  'database user': 'set for this role in this database',
  global: 'set for all roles',
  user: 'set for the role',
};

/** Where a value comes from, in words. */
export function whereSet({ source }: Setting): string {
  return PLACES[source] ?? source;
}

/** The statement that gives a setting its usual value at the place where it has another one. */
export function howToChange(
  { name, source }: Setting,
  { role, database }: Pick<ServerFacts, 'role' | 'database'>,
): string {
  const reconnect = 'Then restart the apps, or their pools.';
  switch (source) {
    case 'client':
      return `Remove ${name} from the options in DATABASE_URL.`;
    case 'database user':
      return `ALTER ROLE ${role} IN DATABASE ${database} RESET ${name}; ${reconnect}`;
    case 'database':
      return `ALTER DATABASE ${database} RESET ${name}; ${reconnect}`;
    case 'user':
      return `ALTER ROLE ${role} RESET ${name}; ${reconnect}`;
    default:
      return `ALTER ROLE ${role} SET ${name} = ${USUAL[name] ?? 'DEFAULT'}; ${reconnect}`;
  }
}

/** The same for a setting that only the whole server has. */
export function howToChangeServer({ name, source }: Setting): string {
  return source === 'command line'
    ? `Start the server without ${name} on its command line.`
    : `ALTER SYSTEM SET ${name} = on; SELECT pg_reload_conf();`;
}

const USUAL: Readonly<Record<string, string>> = {
  default_transaction_isolation: "'read committed'",
  default_transaction_read_only: 'off',
  synchronous_commit: 'on',
};

import { isAppId, MAX_TTL_SECONDS, mistake, wrongOption } from '@cross-app/protocol';
import type { Knex } from 'knex';

/** How long one statement may take in milliseconds, unless an option says otherwise. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** Which columns of the host's tables are read. */
export interface ColumnNames {
  /** Default `id`, `email`, `name`. `name` may be null in a row: then the e-mail address stands for it. */
  readonly users?: { readonly id?: string; readonly email?: string; readonly name?: string };
  /** Default `id`, `name`, `slug`. */
  readonly accounts?: { readonly id?: string; readonly name?: string; readonly slug?: string };
}

/** Tables by name, or by schema and name as `auth.users`. */
export interface TableNames {
  /** Default `cross_app_sessions`. */
  readonly sessions?: string;
  /** Default `users`. */
  readonly users?: string;
  /** Default `accounts`; null where the host has none, so that no handoff names an account. */
  readonly accounts?: string | null;
}

/** Which replays end the sign-in that was made from the token. */
export type RevokeOnReplay = 'different-client' | 'always' | 'never';

/** Which lives of a database are told apart. */
export type Epoch = 'timeline' | 'none';

/** How calls that are under way together become one statement. */
export interface GatherOptions {
  /** Calls in one statement: 2 to 1,000. Default 128. */
  readonly maxSize?: number;
  /**
   * Calls of one verb that may be under way, those that wait for their turn included: 1 to 1,000,000. Default 10,000.
   * One more fails at once with `store_unavailable`.
   */
  readonly maxPending?: number;
  /**
   * Statements of one verb under way at once, each on a connection of the pool: 1 to 100. Default 2, so that one is
   * worked on while the commit of the other one is written. Calls that have to wait for a lock have as many again.
   */
  readonly connections?: number;
}

/** {@link GatherOptions} with their defaults. */
export type GatherLimits = Readonly<Required<GatherOptions>>;

/** Options of `createCrossAppSessions`. */
export interface CrossAppSessionsOptions {
  /** A knex on PostgreSQL (`client: 'pg'`), not a transaction. Its pool is used, never closed. */
  readonly knex: Knex;
  /** This app's id, 1 to 50 printable characters: the `source_app` of what it issues. */
  readonly appId: string;
  /** Life of a token in whole seconds, 1 to 900. Default 900, the seed's; 60 is enough for a redirect. */
  readonly ttlSeconds?: number;
  /**
   * How long one statement may take in milliseconds, the wait for a connection included: 1 to 60,000.
   * Default 10,000. After that the outcome is unknown, and the call fails with `store_unavailable`.
   */
  readonly timeoutMs?: number;
  /**
   * What happens to a token, and to the sign-in made from it, when it is redeemed once more with another redemption id
   * and the right proofs. Default `different-client`: it is revoked if the other one is another client, that is, if
   * both redemption ids are UUIDs of version 8, which the two browsers derive from secrets of their own, or else if
   * user agent or address differ. Where neither was given on one of the two sides, nothing is known, and nothing
   * revoked. `always` revokes also what looks like the same client, `never` nothing.
   */
  readonly revokeOnReplay?: RevokeOnReplay;
  /**
   * Whether calls of `redeem` and of `issue` that are under way together go in one statement, and within which limits.
   * Nobody waits for others to come: a batch is what has come while a connection was busy, and a lone call goes out by
   * itself. Default `{}`; `false` gives each call a statement of its own, as Citus needs it.
   */
  readonly batch?: false | GatherOptions;
  /**
   * Whether the statements of the verbs are prepared by name, once a connection. Default true. `false` for a pooler that
   * hands connections on in between and does not know of them: PgBouncer before 1.21 in transaction mode.
   */
  readonly prepare?: boolean;
  /**
   * Whether a token that was issued before a failover or a point-in-time restore is refused after it. Such a database may
   * have forgotten that the token was used. `timeline` stores with each token the server's identifier and timeline, and
   * redeems it by none but these; where they cannot be read, each call fails with `store_unavailable`. `none` does
   * neither. Default `timeline`, or where the database does not tell this role its timeline, and on Citus, `none` with a
   * process warning named `CrossAppEpochWarning`. A token that was issued with `none` is redeemed with either, so give all
   * apps the same.
   */
  readonly epoch?: Epoch;
  readonly tables?: TableNames;
  readonly columns?: ColumnNames;
}

/** Quoted and ready for SQL. */
export interface SqlNames {
  readonly sessions: string;
  readonly users: string;
  readonly accounts: string | null;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  readonly account: { readonly id: string; readonly name: string; readonly slug: string };
}

/** The options, checked and with their defaults. */
export interface ResolvedOptions {
  readonly knex: Knex;
  readonly appId: string;
  readonly ttlSeconds: number;
  readonly timeoutMs: number;
  readonly revokeOnReplay: RevokeOnReplay;
  /** Null where each call has a statement of its own. */
  readonly batch: GatherLimits | null;
  readonly prepare: boolean;
  /** Null where it depends on what the database tells. */
  readonly epoch: Epoch | null;
  readonly names: SqlNames;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that says what to write, for an unknown key or a value outside its limits.
 */
export function resolveOptions(options: CrossAppSessionsOptions): ResolvedOptions {
  refuseUnknownKeys('createCrossAppSessions', options, [
    'knex',
    'appId',
    'ttlSeconds',
    'timeoutMs',
    'revokeOnReplay',
    'batch',
    'prepare',
    'epoch',
    'tables',
    'columns',
  ]);
  const {
    knex,
    appId,
    ttlSeconds = MAX_TTL_SECONDS,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    revokeOnReplay = 'different-client',
    batch = {},
    prepare = true,
    epoch,
    tables = {},
    columns = {},
  } = options;
  requirePostgres(knex);
  if (!isAppId(appId)) {
    throw wrongOption(
      "appId must be 1 to 50 printable ASCII characters without blanks, such as 'tuvens'",
      appId,
    );
  }
  requireWholeNumber('ttlSeconds (seconds, not milliseconds)', ttlSeconds, [1, MAX_TTL_SECONDS]);
  requireTimeout(timeoutMs);
  requireOneOf('revokeOnReplay', revokeOnReplay, ['different-client', 'always', 'never']);
  if (typeof prepare !== 'boolean') throw wrongOption('prepare must be true or false', prepare);
  if (epoch !== undefined) requireOneOf('epoch', epoch, ['timeline', 'none']);
  return {
    knex,
    appId,
    ttlSeconds,
    timeoutMs,
    revokeOnReplay,
    batch: resolveBatch(batch),
    prepare,
    epoch: epoch ?? null,
    names: sqlNames(tables, columns),
  };
}

function resolveBatch(batch: false | GatherOptions): GatherLimits | null {
  if (batch === false) return null;
  refuseUnknownKeys('batch', batch, ['maxSize', 'maxPending', 'connections']);
  const { maxSize = 128, maxPending = 10_000, connections = 2 } = batch;
  requireWholeNumber('batch.maxSize', maxSize, [2, 1_000]);
  requireWholeNumber('batch.maxPending', maxPending, [1, 1_000_000]);
  requireWholeNumber('batch.connections', connections, [1, 100]);
  return { maxSize, maxPending, connections };
}

/** Refuses what is not an options object and keys that nobody reads: a typing error must not become a default. */
export function refuseUnknownKeys(of: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw wrongOption(`${of} takes an options object`, options);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw mistake(`${of} has no option ${JSON.stringify(unknown)}; it takes ${known.join(', ')}`);
  }
}

/** `auth.users` → `"auth"."users"`. */
export function quoteName(option: string, name: unknown): string {
  if (typeof name !== 'string' || !/^[A-Za-z_][\w$-]{0,62}(\.[A-Za-z_][\w$-]{0,62})?$/.test(name)) {
    throw wrongOption(`${option} must be a name or schema.name of letters, digits, _ and -`, name);
  }
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}

/**
 * The columns of one table, quoted: those that were given, and the defaults for the others.
 *
 * @throws TypeError for a column that nobody reads, and for what is no name.
 */
export function quoteColumns<Name extends string>(
  table: string,
  given: Partial<Readonly<Record<Name, string>>> = {},
  defaults: Readonly<Record<Name, string>>,
): Readonly<Record<Name, string>> {
  const option = `columns.${table}`;
  refuseUnknownKeys(option, given, Object.keys(defaults));
  const quoted: Record<Name, string> = { ...defaults };
  for (const name in defaults) quoted[name] = quoteName(`${option}.${name}`, given[name] ?? defaults[name]);
  return quoted;
}

/** The columns of the accounts table, quoted. */
export function quoteAccountColumns(accounts: ColumnNames['accounts']): SqlNames['account'] {
  return quoteColumns('accounts', accounts, { id: 'id', name: 'name', slug: 'slug' });
}

function sqlNames(tables: TableNames, columns: ColumnNames): SqlNames {
  refuseUnknownKeys('tables', tables, ['sessions', 'users', 'accounts']);
  refuseUnknownKeys('columns', columns, ['users', 'accounts']);
  return {
    sessions: quoteName('tables.sessions', tables.sessions ?? 'cross_app_sessions'),
    users: quoteName('tables.users', tables.users ?? 'users'),
    accounts: tables.accounts === null ? null : quoteName('tables.accounts', tables.accounts ?? 'accounts'),
    user: quoteColumns('users', columns.users, { id: 'id', email: 'email', name: 'name' }),
    account: quoteAccountColumns(columns.accounts),
  };
}

/** @throws TypeError unless it is a knex on PostgreSQL, and no transaction. */
export function requirePostgres(knex: Knex | undefined): void {
  const dialect = (knex?.client as { dialect?: unknown } | undefined)?.dialect;
  if (dialect !== 'postgresql') {
    throw mistake(
      "knex must be a knex on PostgreSQL: knex({ client: 'pg', connection: process.env.DATABASE_URL })",
    );
  }
  if (knex?.isTransaction === true) {
    throw mistake('knex must not be a transaction: each verb commits before it answers');
  }
}

/** @throws TypeError unless one statement may take that long. */
export function requireTimeout(timeoutMs: unknown): void {
  requireWholeNumber('timeoutMs', timeoutMs, [1, 60_000]);
}

/** @throws TypeError when it is not a whole number between the two. */
export function requireWholeNumber(
  option: string,
  value: unknown,
  [min, max]: readonly [min: number, max: number],
): void {
  if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
    throw wrongOption(`${option} must be a whole number from ${min} to ${max}`, value);
  }
}

/** @throws TypeError when it is none of them. */
export function requireOneOf(option: string, value: unknown, known: readonly string[]): void {
  if (known.some((one) => one === value)) return;
  const names = `${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}`;
  throw wrongOption(`${option} must be ${names}`, value);
}

import { mistake, wrongOption } from '@cross-app/protocol';
import { archiveName, withoutSchema } from './table-name.js';
import { quoteName, refuseUnknownKeys, requireOneOf } from './options.js';

/** Type of an id column of the host's. */
export type IdType = 'integer' | 'bigint' | 'uuid' | 'text';

/** One table, or one partition for each month or day of `expires_at`. */
export type Layout = 'plain' | 'partitioned';

/** What one partition holds, by UTC. */
export type PartitionInterval = 'month' | 'day';

/** How `cross_app_sessions` fits to the host's tables. */
export interface SchemaOptions {
  /** As `tables` of `createCrossAppSessions`. `accounts: null` leaves `account_id` without a foreign key. */
  readonly tables?: {
    readonly sessions?: string;
    readonly users?: string;
    readonly accounts?: string | null;
  };
  /** Type of `users.id`. Default `integer`. */
  readonly userIdType?: IdType;
  /** Type of `accounts.id`. Default `integer`. */
  readonly accountIdType?: IdType;
  /**
   * Whether deleting a user or account deletes its sessions by foreign key. Default true. Without them a
   * session of a missing user or account is refused all the same.
   */
  readonly foreignKeys?: boolean;
  /** Default `plain`, which is enough for ten million rows; `partitionSessions` converts later. */
  readonly layout?: Layout;
  /** What one partition holds. Default `month`; only with `layout: 'partitioned'`. */
  readonly partitionInterval?: PartitionInterval;
}

/** Names quoted and ready for SQL; null where there is no such table to refer to. */
export interface ResolvedSchemaOptions {
  readonly sessions: string;
  readonly archive: string;
  readonly users: string | null;
  readonly accounts: string | null;
  readonly userIdType: IdType;
  readonly accountIdType: IdType;
  /** Null for the plain layout. */
  readonly partitionInterval: PartitionInterval | null;
}

/** The names of {@link SchemaOptions}, for those who refuse others. */
export const SCHEMA_OPTIONS: readonly string[] = [
  'tables',
  'userIdType',
  'accountIdType',
  'foreignKeys',
  'layout',
  'partitionInterval',
];

const ID_TYPES: readonly string[] = ['integer', 'bigint', 'uuid', 'text'] satisfies IdType[];
// Room for what partitions add to it, such as `_before_2026_12_31`, in the 63 bytes of a PostgreSQL name.
const MAX_SESSIONS_NAME = 40;

/** @throws TypeError for a value that an option cannot have. */
export function resolveSchemaOptions(options: SchemaOptions): ResolvedSchemaOptions {
  refuseUnknownKeys('The schema', options, SCHEMA_OPTIONS);
  const { tables = {}, userIdType = 'integer', accountIdType = 'integer', foreignKeys = true } = options;
  const { layout = 'plain', partitionInterval } = options;
  refuseUnknownKeys('tables', tables, ['sessions', 'users', 'accounts']);
  requireOneOf('userIdType', userIdType, ID_TYPES);
  requireOneOf('accountIdType', accountIdType, ID_TYPES);
  requireOneOf('layout', layout, ['plain', 'partitioned']);
  requireOneOf('partitionInterval', partitionInterval ?? 'month', ['month', 'day']);
  if (layout === 'plain' && partitionInterval !== undefined) {
    throw mistake("partitionInterval needs layout: 'partitioned'");
  }
  const accounts = tables.accounts === undefined ? 'accounts' : tables.accounts;
  const sessions = quoteSessionsName(tables.sessions ?? 'cross_app_sessions');
  return {
    sessions,
    archive: archiveName(sessions),
    users: foreignKeys ? quoteName('tables.users', tables.users ?? 'users') : null,
    accounts: foreignKeys && accounts !== null ? quoteName('tables.accounts', accounts) : null,
    userIdType,
    accountIdType,
    partitionInterval: layout === 'partitioned' ? (partitionInterval ?? 'month') : null,
  };
}

function quoteSessionsName(name: string): string {
  const quoted = quoteName('tables.sessions', name);
  if (withoutSchema(name).length > MAX_SESSIONS_NAME) {
    throw wrongOption(
      `tables.sessions must have at most ${MAX_SESSIONS_NAME} characters, for partitions add to it`,
      name,
    );
  }
  return quoted;
}

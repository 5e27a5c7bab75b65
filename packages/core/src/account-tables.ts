import type { ColumnNames } from './options.js';
import { quoteAccountColumns, quoteColumns, quoteName, refuseUnknownKeys } from './options.js';

/** Where accounts and their members are. */
export interface AccountTables {
  /** Tables by name, or by schema and name. Default `accounts` and `account_members`. */
  readonly tables?: { readonly accounts?: string; readonly members?: string };
  /**
   * Default `id`, `name`, `slug` of accounts, and `account_id`, `user_id` of members. Only `slug` may be null in
   * a row. The two account ids must be of one type; any type will do.
   */
  readonly columns?: {
    readonly accounts?: ColumnNames['accounts'];
    readonly members?: { readonly accountId?: string; readonly userId?: string };
  };
}

/** What is asked of them. Each id is two values of a statement, one after the other: see {@link isId}. */
export interface AccountStatements {
  /** Every account of a user: the user's id. */
  readonly listing: string;
  /** One account of a user: the user's id, the account's. */
  readonly membership: string;
}

/**
 * Writes the statements.
 *
 * @throws TypeError that says what to write, for a table or a column that is unknown or no name.
 */
export function writeAccountStatements({ tables = {}, columns = {} }: AccountTables): AccountStatements {
  refuseUnknownKeys('tables', tables, ['accounts', 'members']);
  refuseUnknownKeys('columns', columns, ['accounts', 'members']);
  const accounts = quoteName('tables.accounts', tables.accounts ?? 'accounts');
  const members = quoteName('tables.members', tables.members ?? 'account_members');
  const { id, name, slug } = quoteAccountColumns(columns.accounts);
  const member = quoteColumns('members', columns.members, { accountId: 'account_id', userId: 'user_id' });
  // A membership that outlived its account counts for nothing, and one that is there twice for one.
  const found = `
SELECT a.${id} AS id, a.${name} AS name, a.${slug} AS slug
FROM ${accounts} a
WHERE a.${id} IN (SELECT m.${member.accountId} FROM ${members} m WHERE ${isId(`m.${member.userId}`, 1)})`;
  return {
    listing: `${found} ORDER BY a.${name}, a.${id}`,
    membership: `${found} AND ${isId(`a.${id}`, 3)}`,
  };
}

// In its own type, for the index, and as text, for '0x10' is 16 to PostgreSQL. A uuid has two spellings of a letter.
function isId(column: string, first: number): string {
  return `${column} = $${first} AND lower(${column}::text) = lower($${first + 1})`;
}

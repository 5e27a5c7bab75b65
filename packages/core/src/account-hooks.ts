import { isCrossAppError, wrongOption } from '@cross-app/protocol';
import type { IdInput } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { writeAccountStatements } from './account-tables.js';
import type { AccountTables } from './account-tables.js';
import { readId } from './arguments.js';
import { Database } from './database.js';
import type { Row } from './database.js';
import { text } from './lifecycle/stored-session.js';
import { DEFAULT_TIMEOUT_MS, refuseUnknownKeys, requirePostgres, requireTimeout } from './options.js';
import { isUnknownId } from './sql-state.js';

/** Options of {@link createAccountHooks}. */
export interface AccountHooksOptions extends AccountTables {
  /** A knex on PostgreSQL, not a transaction. Its pool is used, never closed. */
  readonly knex: Knex;
  /** What every member of an account may do in it, for `hasPermission`. Default nothing. */
  readonly permissions?: readonly string[];
  /** How long one question may take in milliseconds: 1 to 60,000. Default 10,000. */
  readonly timeoutMs?: number;
}

/** An account that a user may act for. */
export interface MemberAccount {
  /** As text, whatever its type in the table. */
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
}

/** What {@link AccountHooks.hasPermission} is asked: the `PermissionQuestion` of `@cross-app/express` is one. */
export interface MemberPermission {
  readonly user: { readonly id: IdInput };
  /** The account that the token is for, if any. */
  readonly account: { readonly id: IdInput } | null;
  readonly permission: string;
  /** Not looked at: see {@link AccountHooks.hasPermission}. */
  readonly resourceId?: unknown;
}

/**
 * What an issuer asks about accounts. Nobody is a member by an id that is unknown or not of the column's type. Each
 * rejects with a `CrossAppError` `store_unavailable` when no answer could be had, and so the issuer fails closed.
 *
 * Whether the user is still there is not asked: `authenticate` and the verbs look. In our own tables, who is deleted
 * is a member no more.
 */
export interface AccountHooks {
  /** Whether the user is a member of the account now. */
  canUseAccount(user: { readonly id: IdInput }, accountId: string): Promise<boolean>;
  /** The accounts that the user is a member of now, by name and then by id. */
  listAccounts(user: { readonly id: IdInput }): Promise<MemberAccount[]>;
  /**
   * Whether the option `permissions` has that name, and the user is a member of the token's account now. A token
   * without an account permits nothing. The tables know of no resources, so the answer is the same for each of them:
   * the target app has to check that the resource is the account's.
   */
  hasPermission(question: MemberPermission): Promise<boolean>;
}

/**
 * Hooks of `crossAppIssuer` for the tables that our own migration makes, or for some of that shape.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @example
 * const hooks = createAccountHooks({ knex, permissions: ['events:create'] });
 * app.use('/api/cross-app', crossAppIssuer({ sessions, apps, authenticate, ...hooks }));
 */
export function createAccountHooks(options: AccountHooksOptions): AccountHooks {
  refuseUnknownKeys('createAccountHooks', options, ['knex', 'tables', 'columns', 'permissions', 'timeoutMs']);
  const { knex, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  requirePostgres(knex);
  requireTimeout(timeoutMs);
  const permissions = readNames(options.permissions);
  const { listing, membership } = writeAccountStatements(options);
  const find = prepareFind(new Database(knex, { timeoutMs }));

  const canUseAccount = async (user: { readonly id: IdInput }, accountId: IdInput): Promise<boolean> =>
    (await find(membership, [user.id, accountId])).length > 0;

  return {
    canUseAccount,
    async listAccounts(user) {
      const rows = await find(listing, [user.id]);
      return rows.map((row) => ({ id: text(row, 'id'), name: text(row, 'name'), slug: row['slug'] ?? null }));
    },
    async hasPermission({ user, account, permission }) {
      return account !== null && permissions.has(permission) && canUseAccount(user, account.id);
    },
  };
}

function readNames(permissions: unknown = []): ReadonlySet<string> {
  const isListOfNames =
    Array.isArray(permissions) && permissions.every((name) => typeof name === 'string' && name !== '');
  if (!isListOfNames) {
    throw wrongOption("permissions must be a list of names, such as ['events:create']", permissions);
  }
  return new Set<string>(permissions);
}

function prepareFind(database: Database): (statement: string, ids: readonly IdInput[]) => Promise<Row[]> {
  return async function find(statement, ids) {
    try {
      const values = ids.map((id) => readId('id', id)).flatMap((id) => [id, id]);
      return await database.runAgainIfCut(statement, values);
    } catch (error) {
      // No such id, not no answer.
      if (isCrossAppError(error, 'invalid_argument') || isUnknownId(error)) return [];
      throw error;
    }
  };
}

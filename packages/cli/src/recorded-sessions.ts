import { createCrossAppSessions, CrossAppError, findTables } from '@cross-app/core';
import type { ColumnNames, DatabaseSessions, SchemaRecord, TableChoice } from '@cross-app/core';
import type { Knex } from 'knex';
import { Failure } from './failure.js';

/** Who is speaking to the tables, and which. */
export interface RecordedSessionsOptions extends TableChoice {
  /** The `source_app` of what is issued. */
  readonly appId: string;
  readonly columns?: ColumnNames;
}

/** The verbs on the tables that were recorded when they were made. */
export async function openRecordedSessions(
  knex: Knex,
  { appId, columns = {}, ...choice }: RecordedSessionsOptions,
): Promise<{ sessions: DatabaseSessions; record: SchemaRecord }> {
  const { record } = await findTables(knex, choice);
  const { sessions, users, accounts } = record;
  const tables = { sessions, users, accounts };
  return { sessions: createCrossAppSessions({ knex, appId, tables, columns }), record };
}

// What the libraries call by the names of their options is given by these.
const FLAGS: Readonly<Record<string, string>> = {
  userId: 'the user (--user)',
  accountId: 'the account (--account)',
  sourceApp: 'the source app (--source-app)',
  targetApp: 'the target app (--target-app)',
  permissions: 'permissions (--permission)',
  payload: 'the payload (--payload)',
};

/**
 * Does work with a verb.
 *
 * @throws Failure for what the verb did not take, in the words of the command line.
 * @throws PostgreSQL's own error in place of the one that apps get, which says nothing to operators.
 */
export async function sayingWhy<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrossAppError)) throw error;
    if (error.code === 'store_unavailable') throw error.cause;
    throw new Failure(
      1,
      error.message.replace(/\w+/g, (word) => FLAGS[word] ?? word),
    );
  }
}

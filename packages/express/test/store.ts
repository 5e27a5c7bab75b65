import { setTimeout } from 'node:timers/promises';
import { createCrossAppSessions, migrate } from '@cross-app/core';
import type { DatabaseSessions } from '@cross-app/core';
import { parseToken } from '@cross-app/protocol';
import type { IssueRequest } from '@cross-app/protocol';
import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';

export const ADA = { id: '1', email: 'ada@example.com', name: 'Ada' };
export const ACME = { id: '7', name: 'Acme', slug: 'acme' };
export const TARGET_APP = 'hi-events';

/** The real sessions on the migrated database of one test file, with Ada and her account in it. */
export interface TestStore {
  /** Where the database is, for another process. */
  readonly url: string;
  readonly knex: Knex;
  readonly sessions: DatabaseSessions;
  /** A token for Ada and `TARGET_APP`, unless told otherwise. */
  issueToken(request?: Partial<IssueRequest>): Promise<string>;
  /** A token that `TARGET_APP`, or the app of the request, has redeemed. */
  redeemedToken(request?: Partial<IssueRequest>): Promise<string>;
  /** Such a token whose life of one second is over. */
  expiredToken(): Promise<string>;
  /** Rows so far, and how many of them are used. */
  countRows(): Promise<{ all: number; used: number }>;
  /** How many connections were asked for while the work went on: 0 means that no query was made. */
  countQueries(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

export async function openTestStore(): Promise<TestStore> {
  const database = await createTestDatabase({ template: 'express', migrate: migrateAndPopulate });
  const knex = openKnex(database.url);
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const issueToken: TestStore['issueToken'] = async (request) => {
    const ofAda = { userId: ADA.id, accountId: ACME.id, targetApp: TARGET_APP };
    return (await sessions.issue({ ...ofAda, ...request })).token;
  };
  const redeemedToken: TestStore['redeemedToken'] = async (request) => {
    const token = await issueToken(request);
    await sessions.redeem(token, { targetApp: request?.targetApp ?? TARGET_APP });
    return token;
  };
  return {
    url: database.url,
    knex,
    sessions,
    issueToken,
    redeemedToken,
    async expiredToken() {
      const token = await redeemedToken({ ttlSeconds: 1 });
      await setTimeout(((parseToken(token)?.expiresAtSeconds ?? 0) + 1) * 1000 - Date.now());
      return token;
    },
    async countRows() {
      const rows = await knex<{ used_at: Date | null }>('cross_app_sessions').select('used_at');
      return { all: rows.length, used: rows.filter((row) => row.used_at !== null).length };
    },
    async countQueries(work) {
      const acquire = jest.spyOn(knex.client as { acquireConnection(): unknown }, 'acquireConnection');
      await work();
      const { length } = acquire.mock.calls;
      acquire.mockRestore();
      return length;
    },
    async close() {
      await knex.destroy();
      await database.close();
    },
  };
}

function openKnex(url: string): Knex {
  return knexFactory({ client: 'pg', connection: url, pool: { min: 0, max: 10 } });
}

async function migrateAndPopulate(url: string): Promise<void> {
  const knex = openKnex(url);
  try {
    await migrate(knex, { withUserTables: true });
    await knex('users').insert({ ...ADA, id: 1 });
    await knex('accounts').insert({ ...ACME, id: 7 });
  } finally {
    await knex.destroy();
  }
}

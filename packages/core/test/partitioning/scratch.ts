import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import { createCrossAppSessions, migrate } from '../../src/index.js';
import type { DatabaseSessions, MigrateOptions } from '../../src/index.js';
import { openKnex } from '../database.js';

export const target = { targetApp: 'hi-events' };

/** An empty database of one test. */
export interface Scratch {
  readonly url: string;
  readonly knex: Knex;
  close(): Promise<void>;
}

export async function openScratch(): Promise<Scratch> {
  const database: TestDatabase = await createTestDatabase({
    template: 'empty',
    migrate: () => Promise.resolve(),
  });
  const knex = openKnex(database.url);
  return {
    url: database.url,
    knex,
    async close() {
      await knex.destroy();
      await database.close();
    },
  };
}

/** Users of our own, one of them with the id 11, and the sessions of an app that signs them in. */
export async function migrateWithUsers(knex: Knex, options: MigrateOptions = {}): Promise<DatabaseSessions> {
  await migrate(knex, { withUserTables: true, ...options });
  await knex('users').insert({ id: 11, email: 'ada@example.com', name: 'Ada' });
  return createCrossAppSessions({ knex, appId: 'tuvens' });
}

/** Rows that ended so many days ago, one for each number, used or not. */
export async function insertOld(
  knex: Knex,
  daysAgo: readonly number[],
  table = 'cross_app_sessions',
): Promise<void> {
  await knex.raw(
    `INSERT INTO ?? (token_hash, user_id, expires_at, created_at, used_at)
     SELECT encode(sha256((random()::text || number)::bytea), 'hex'), 11, instant, instant - interval '15 minutes',
            CASE WHEN number % 2 = 0 THEN instant - interval '1 minute' END
     FROM unnest(?::int[]) WITH ORDINALITY AS days (ago, number),
          LATERAL (SELECT now() - ago * interval '1 day' AS instant) instants`,
    [table, daysAgo as number[]],
  );
}

export const many = (count: number, daysAgo: number): number[] =>
  Array.from({ length: count }, () => daysAgo);

export async function rowsOf<Row>(knex: Knex, sql: string, bindings: readonly string[] = []): Promise<Row[]> {
  return (await knex.raw<{ rows: Row[] }>(sql, [...bindings])).rows;
}

/** Names of the partitions, in the order of their bounds. */
export async function partitions(knex: Knex, table = 'cross_app_sessions'): Promise<string[]> {
  const rows = await rowsOf<{ name: string }>(
    knex,
    `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = to_regclass(?) ORDER BY relname`,
    [table],
  );
  return rows.map(({ name }) => name);
}

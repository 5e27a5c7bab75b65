import { createHash, randomBytes } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { migrate, partitionSessions } from '../src/index.js';
import type { Layout } from '../src/index.js';

/** Which of jest's projects this is: see jest.config.cjs. */
declare const LAYOUT: Layout | 'converted';

/** The migrated database of one test file, with two people and two accounts in it. */
export interface TestStore {
  readonly url: string;
  readonly knex: Knex;
  readonly userId: number;
  readonly otherUserId: number;
  readonly accountId: number;
  close(): Promise<void>;
}

export function openKnex(url: string, poolSize = 10): Knex {
  return knexFactory({ client: 'pg', connection: url, pool: { min: 0, max: poolSize }, log: SILENT });
}

// knex reports each broken connection, and these tests break many.
const SILENT = { warn: () => undefined, error: () => undefined };

export async function openTestStore(): Promise<TestStore> {
  const database: TestDatabase = await createTestDatabase({
    template: `core_${LAYOUT}`,
    migrate: migrateAndPopulate,
  });
  const knex = openKnex(database.url);
  return {
    url: database.url,
    knex,
    userId: 11,
    otherUserId: 12,
    accountId: 77,
    async close() {
      await knex.destroy();
      await database.close();
    },
  };
}

async function migrateAndPopulate(url: string): Promise<void> {
  const knex = openKnex(url);
  try {
    await migrate(knex, { withUserTables: true, layout: LAYOUT === 'converted' ? 'plain' : LAYOUT });
    await knex('users').insert([
      { id: 11, email: 'ada@example.com', name: 'Ada' },
      { id: 12, email: 'nameless@example.com', name: null },
    ]);
    await knex('accounts').insert([
      { id: 77, name: 'Acme', slug: 'acme' },
      { id: 78, name: 'Other', slug: 'other' },
    ]);
    await knex('account_members').insert({ account_id: 77, user_id: 11 });
    if (LAYOUT === 'converted') await partitionSessions(knex);
  } finally {
    await knex.destroy();
  }
}

/** Lets a token expire without waiting: its row gets another one, which ended that long ago by the database's clock. */
export async function expireToken(knex: Knex, token: string, secondsAgo = 1): Promise<string> {
  const { rows } = await knex.raw<{ rows: { now: string }[] }>(
    'SELECT floor(extract(epoch FROM now()))::text AS now',
  );
  const expiresAtSeconds = Number(rows[0]?.now) - secondsAgo;
  const expired = makeToken({ randomBytes: randomBytes(32), expiresAtSeconds });
  await knex('cross_app_sessions')
    .where({ token_hash: hash(token) })
    .update({ token_hash: hash(expired), expires_at: new Date(expiresAtSeconds * 1000) });
  return expired;
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** How many statements the pool has sent since. To be called before the first connection is made. */
export function countStatements(knex: Knex): () => number {
  let count = 0;
  const pool = knex.client.pool as {
    on(event: 'createSuccess', listener: (id: number, made: Queryable) => void): void;
  };
  pool.on('createSuccess', (_id, connection) => {
    const query = connection.query.bind(connection);
    connection.query = (...args) => {
      count += 1;
      return query(...args);
    };
  });
  return () => count;
}

interface Queryable {
  query(...args: unknown[]): unknown;
}

/** Resolves when that many connections to the database wait for a lock. */
export async function untilWaiting(knex: Knex, count: number): Promise<void> {
  for (;;) {
    const { rows } = await knex.raw<{ rows: { waiting: string }[] }>(
      `SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (Number(rows[0]?.waiting) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

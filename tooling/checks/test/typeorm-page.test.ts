import { createHash } from 'node:crypto';
import { createCrossAppSessions } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { filesOf, runCommand, runScript } from './assembled-apps.js';
import { readText } from './documents.js';

const PAGE = 'docs/migrating-from-typeorm.md';
const HASH = createHash('sha256').update('an old token').digest('hex');

// What TypeORM sends to PostgreSQL for the seed's migration: its names of constraints are hashes.
const SEED = `
CREATE TABLE users (id serial PRIMARY KEY, email varchar NOT NULL, name varchar);
CREATE TABLE accounts (id serial PRIMARY KEY, name varchar NOT NULL, slug varchar NOT NULL);
CREATE TABLE "cross_app_sessions" (
  "id" SERIAL NOT NULL, "token_hash" character varying(255) NOT NULL, "user_id" integer NOT NULL,
  "account_id" integer, "expires_at" TIMESTAMP NOT NULL, "created_at" TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  "used_at" TIMESTAMP, "revoked_at" TIMESTAMP, "source_app" character varying(50) DEFAULT 'tuvens',
  "target_app" character varying(50) DEFAULT 'hi-events', "user_agent" text, "ip_address" inet,
  CONSTRAINT "UQ_8f1c2a9d5b7e4f60123456789ab" UNIQUE ("token_hash"),
  CONSTRAINT "PK_3d4e5f60718293a4b5c6d7e8f90" PRIMARY KEY ("id"));
CREATE INDEX "IDX_CROSS_APP_SESSIONS_TOKEN_HASH" ON "cross_app_sessions" ("token_hash");
CREATE INDEX "IDX_CROSS_APP_SESSIONS_EXPIRES_AT" ON "cross_app_sessions" ("expires_at");
CREATE INDEX "IDX_CROSS_APP_SESSIONS_USER_ID" ON "cross_app_sessions" ("user_id");
CREATE INDEX "IDX_CROSS_APP_SESSIONS_CREATED_AT" ON "cross_app_sessions" ("created_at");
ALTER TABLE "cross_app_sessions" ADD CONSTRAINT "FK_0a1b2c3d4e5f60718293a4b5c6d"
  FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;
ALTER TABLE "cross_app_sessions" ADD CONSTRAINT "FK_9f8e7d6c5b4a39281706f5e4d3c"
  FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE;

INSERT INTO users (id, email, name) VALUES (11, 'ada@example.com', 'Ada');
INSERT INTO accounts (id, name, slug) VALUES (77, 'Acme', 'acme');
INSERT INTO cross_app_sessions (token_hash, user_id, account_id, expires_at, created_at, used_at, source_app, user_agent)
VALUES ('${HASH}', 11, 77, '2026-01-31 12:15', '2026-01-31 12:00', '2026-01-31 12:01', 'tuvens', 'UA'),
  ('${HASH.replace(/^./, 'f').replace(/.$/, 'e')}', 11, NULL, '2026-01-31 13:15', NULL, NULL, NULL, NULL),
  ('test_hash_1', 11, NULL, '2026-01-31 12:15', '2026-01-31 12:00', NULL, 'test', NULL);`;

const COLUMNS = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity
  FROM information_schema.columns WHERE table_name = 'cross_app_sessions' ORDER BY column_name`;
const INDEXES = `SELECT indexdef FROM pg_indexes WHERE tablename = 'cross_app_sessions' ORDER BY indexname`;
const CONSTRAINTS = `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
  WHERE conrelid = 'cross_app_sessions'::regclass AND contype <> 'n' ORDER BY conname`;
const STORAGE = `SELECT relname, reloptions FROM pg_class WHERE relname = 'cross_app_sessions'`;

let taken: TestDatabase;
let fresh: TestDatabase;
let knex: Knex;
let freshKnex: Knex;
beforeAll(async () => {
  const empty = { template: 'empty', migrate: () => Promise.resolve() };
  [taken, fresh] = [await createTestDatabase(empty), await createTestDatabase(empty)];
  knex = knexFactory({ client: 'pg', connection: taken.url });
  freshKnex = knexFactory({ client: 'pg', connection: fresh.url });
  await knex.raw(SEED);
  const [, statements = ''] = /^```sql\n([\s\S]*?)^```$/m.exec(readText(PAGE)) ?? [];
  await knex.raw(statements);
  await runScript('typeorm', filesOf(readText(PAGE)), { DATABASE_URL: taken.url });
  await runCommand('cross-app migrate --with-user-tables', fresh.url);
}, 120_000);
afterAll(async () => {
  await Promise.all([knex.destroy(), freshKnex.destroy()]);
  await Promise.all([taken.close(), fresh.close()]);
});

describe('docs/migrating-from-typeorm.md', () => {
  it('keeps every row that could be redeemed, and reads its times as UTC', async () => {
    const rows = await knex('cross_app_sessions').orderBy('id');
    expect(rows).toMatchObject([
      {
        ...{ id: '1', token_hash: HASH, user_id: 11, account_id: 77, user_agent: 'UA' },
        ...{ created_at: new Date('2026-01-31T12:00Z'), used_at: new Date('2026-01-31T12:01Z') },
        expires_at: new Date('2026-01-31T12:15Z'),
      },
      { id: '2', created_at: new Date('2026-01-31T13:00Z'), source_app: 'tuvens', target_app: 'hi-events' },
    ]);
  });

  it.each([
    ['columns', COLUMNS],
    ['indexes', INDEXES],
    ['constraints', CONSTRAINTS],
    ['storage', STORAGE],
  ])('gives the table the %s of a new one', async (_what, query) => {
    const of = async (each: Knex): Promise<unknown> => (await each.raw(query)).rows;
    expect(await of(knex)).toEqual(await of(freshKnex));
  });

  it('issues and redeems on it, once', async () => {
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
    const { token } = await sessions.issue({ userId: 11, accountId: 77, targetApp: 'hi-events' });
    const { user, account } = await sessions.redeem(token, { targetApp: 'hi-events' });
    expect([user.email, account?.name]).toEqual(['ada@example.com', 'Acme']);
    await expect(sessions.redeem(token, { targetApp: 'hi-events' })).rejects.toMatchObject({
      code: 'token_used',
    });
  });

  it('leaves a table that the command line knows', async () => {
    expect(await runCommand('cross-app cleanup', taken.url)).toMatch(/2/);
  });
});

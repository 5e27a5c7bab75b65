import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase } from '@cross-app/test-database';
import { createMigrationSource } from '../src/index.js';
import { openKnex, openTestStore } from './database.js';
import { describeSchema } from './describe-schema.js';

const FILE = join(__dirname, '../schema.sql');
const HEADER =
  '-- The migrated schema. Made by the migrations; to announce a change, run UPDATE_SCHEMA=1 jest schema.\n\n';

describe('schema.sql', () => {
  it('is what the migrations make', async () => {
    const store = await openTestStore();
    const schema = HEADER + (await describeSchema(store.knex));
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(FILE, schema);
    expect(schema).toBe(readFileSync(FILE, 'utf8'));
    await store.close();
  });

  it('makes the same tables when it is run by itself', async () => {
    const database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
    const knex = openKnex(database.url);
    const schema = readFileSync(FILE, 'utf8');
    await knex.raw(schema);
    expect(HEADER + (await describeSchema(knex))).toBe(schema);
    await knex.destroy();
    await database.close();
  });
});

describe('createMigrationSource', () => {
  it.each([
    ['uuid', 'bigint'],
    ['text', 'uuid'],
    ['bigint', 'text'],
  ] as const)(
    'fits user ids of type %s and account ids of type %s, in tables of other names',
    async (user, account) => {
      const database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
      const knex = openKnex(database.url);
      await knex.raw(`CREATE SCHEMA auth; CREATE TABLE auth.people (id ${user} PRIMARY KEY);
                    CREATE TABLE auth.teams (id ${account} PRIMARY KEY)`);
      const migrationSource = createMigrationSource({
        userIdType: user,
        accountIdType: account,
        tables: { sessions: 'auth.handoffs', users: 'auth.people', accounts: 'auth.teams' },
      });
      await knex.migrate.latest({ migrationSource });
      const columns = (await knex('handoffs').withSchema('auth').columnInfo()) as Record<
        string,
        { type: string }
      >;
      expect([columns['user_id']?.type, columns['account_id']?.type]).toEqual([user, account]);
      await knex.migrate.rollback({ migrationSource });
      expect(await knex.schema.withSchema('auth').hasTable('handoffs')).toBe(false);
      await knex.destroy();
      await database.close();
    },
  );

  it.each([
    [{ userIdType: 'varchar' }, /userIdType must be integer, bigint, uuid or text/],
    [{ tables: { user: 'people' } }, /tables has no option "user"; it takes sessions, users, accounts/],
    [{ tables: { users: 'a; DROP' } }, /tables\.users must be a name/],
    [{ foreignkeys: false }, /has no option "foreignkeys"/],
  ])('refuses %j', async (options, message) => {
    const knex = openKnex('postgres://127.0.0.1:1/none');
    await expect(async () => {
      const source = createMigrationSource(options as object);
      for (const migration of await source.getMigrations([])) await migration.up(knex);
    }).rejects.toThrow(message);
    await knex.destroy();
  });
});

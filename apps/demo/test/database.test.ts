import { sessionStatistics } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import { openDatabase } from '../src/database.js';
import type { Database } from '../src/database.js';
import { seedPeople } from '../src/people.js';
import { StartError } from '../src/start-error.js';

const opened: Database[] = [];

async function open(url: string): Promise<Database> {
  const database = await openDatabase(url);
  opened.push(database);
  return database;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});

async function countPeople({ knex }: Database): Promise<unknown> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT (SELECT count(*)::int FROM users WHERE email NOT LIKE 'history-%') AS users, (SELECT count(*)::int FROM accounts) AS accounts,
            (SELECT count(*)::int FROM account_members) AS members`,
  );
  return rows[0];
}

it('can be opened by two demos at the same time, and again', async () => {
  const { url } = await createTestDatabase();
  const [first] = await Promise.all([open(url), open(url), open(url)]);
  await open(url);
  expect(await countPeople(first)).toEqual({ users: 3, accounts: 2, members: 3 });
});

it('has two weeks of history for statistics to show, made once', async () => {
  const { url } = await createTestDatabase();
  const [{ knex }] = await Promise.all([open(url), open(url)]);
  const created = async (): Promise<number> => (await sessionStatistics(knex, { days: 14 })).totals.created;
  const before = await created();
  expect(before).toBeGreaterThan(1500);
  await knex('cross_app_sessions_archive').where('replays', '>', 0).delete();
  const after = await created();
  expect(after).toBeLessThan(before);
  await open(url);
  expect(await created()).toBe(after);
});

it('leaves other tables alone, of the same name too', async () => {
  const { url } = await createTestDatabase();
  const { knex } = await open(url);
  await knex.raw('CREATE TABLE public.users (email text)');
  const again = await open(url);
  const { rows } = await again.knex.raw<{ rows: unknown[] }>(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  expect(rows).toEqual([{ table_name: 'users' }]);
});

it('keeps what somebody has changed', async () => {
  const { url } = await createTestDatabase();
  const database = await open(url);
  await database.knex('users').where({ email: 'member@example.com' }).update({ name: 'Renamed' });
  await seedPeople(database.knex);
  const [member] = await database
    .knex('users')
    .where({ email: 'member@example.com' })
    .select<{ name: string }[]>();
  expect(member?.name).toBe('Renamed');
});

it.each([
  ['nobody listens', 'postgres://u:canary@127.0.0.1:1/x', 'ECONNREFUSED'],
  ['there is no such host', 'postgres://u:canary@nothing.invalid/x', 'nothing.invalid'],
])('says in one sentence that %s', async (_, url, reason) => {
  const error: unknown = await openDatabase(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StartError);
  const { message } = error as StartError;
  expect(message).toMatch(/^The database of DATABASE_URL cannot be used: [^\n]+\.$/);
  expect(message).toContain(reason);
  expect(message).not.toContain('canary');
});

it('says so when the user may not create what is missing', async () => {
  const { url } = await createTestDatabase();
  const { knex } = await open(url);
  await knex.raw("DROP SCHEMA cross_app_demo CASCADE; CREATE ROLE demo_nobody LOGIN PASSWORD 'canary'");
  try {
    const poor = Object.assign(new URL(url), { username: 'demo_nobody', password: 'canary' }).href;
    await expect(openDatabase(poor)).rejects.toThrow(
      /^The database of DATABASE_URL cannot be used: .*permission denied.*\.$/,
    );
  } finally {
    await knex.raw('DROP ROLE demo_nobody');
  }
});

import { createSessionsTable } from '@cross-app/core';
import { ARCHIVE, openScratch, SESSIONS } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { LAYOUTS, openMigrated, runDoctor } from './run-doctor.js';

let scratch: Scratch;
afterEach(() => scratch.close());

describe('migrations', () => {
  it('none are a failure, said once', async () => {
    scratch = await openScratch();
    const { find } = await runDoctor(scratch.url);
    expect(find('migrations')).toMatchObject({
      status: 'fail',
      advice: expect.stringMatching(/^Run cross-app migrate/),
    });
    expect(find('tables')).toBeUndefined();
  });

  it('one that is missing is a failure', async () => {
    scratch = await openMigrated('plain');
    await scratch.knex('cross_app_migrations').where({ name: ARCHIVE }).delete();
    expect((await runDoctor(scratch.url)).find('migrations')).toMatchObject({
      status: 'fail',
      message: `${ARCHIVE} has not run, and this version needs it`,
      advice: 'Run cross-app migrate.',
    });
  });

  it("one that is missing in a knexfile's history is a failure that names that way", async () => {
    scratch = await openScratch();
    await scratch.knex.raw('CREATE TABLE knex_migrations (id serial, name text)');
    await scratch.knex('knex_migrations').insert({ name: SESSIONS });
    expect((await runDoctor(scratch.url)).find('migrations')).toMatchObject({
      status: 'fail',
      advice: expect.stringMatching(/knex migrate:latest/),
    });
  });

  it('one of a newer version is a warning', async () => {
    scratch = await openMigrated('plain');
    await scratch.knex('cross_app_migrations').insert({ name: '20990101000000_later.js', batch: 2 });
    expect((await runDoctor(scratch.url)).find('migrations')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^20990101000000_later\.js has run/),
    });
  });

  it("of the app's own are ok", async () => {
    scratch = await openScratch();
    await createSessionsTable(scratch.knex, { foreignKeys: false, userIdType: 'uuid' });
    await scratch.knex.raw('CREATE TABLE users (id uuid); CREATE TABLE accounts (id int)');
    const { find } = await runDoctor(scratch.url);
    expect(find('migrations')).toMatchObject({ status: 'ok' });
    expect(find('tables')).toMatchObject({ status: 'ok' });
  });
});

describe.each(LAYOUTS)('a %s table', (layout) => {
  beforeEach(async () => {
    scratch = await openMigrated(layout);
  });

  it('as it was made is ok', async () => {
    const { find } = await runDoctor(scratch.url);
    expect(find('migrations')).toMatchObject({ status: 'ok' });
    expect(find('tables')).toMatchObject({
      status: 'ok',
      message: `public.cross_app_sessions, ${layout === 'plain' ? 'plain' : 'partitioned by month'}, is as it was recorded`,
    });
    expect(find('privileges')).toMatchObject({ status: 'ok' });
  });

  it.each([
    [
      `UPDATE cross_app_settings SET partition_interval = CASE WHEN partition_interval IS NULL THEN 'day' END`,
      /is (plain|partitioned)/,
    ],
    ['ALTER TABLE cross_app_sessions ALTER user_id TYPE bigint', /user_id is bigint, not integer/],
    ['ALTER TABLE cross_app_sessions ALTER account_id TYPE bigint', /account_id is bigint, not integer/],
    [
      'ALTER TABLE cross_app_sessions DROP CONSTRAINT fk_cross_app_sessions_user_id',
      /no foreign key to public\.users/,
    ],
    [
      'ALTER TABLE cross_app_sessions DROP CONSTRAINT fk_cross_app_sessions_account_id',
      /no foreign key to public\.accounts/,
    ],
    ['DROP TABLE accounts CASCADE', /public\.accounts is gone/],
    ['ALTER TABLE users RENAME TO people', /public\.users is gone/],
    ['DROP INDEX idx_cross_app_sessions_token_hash', /no valid unique index begins with token_hash/],
    ['DROP TABLE cross_app_sessions_archive', /public\.cross_app_sessions_archive is gone/],
    ['ALTER TABLE cross_app_sessions_archive DROP COLUMN payload', /_archive has not the same payload/],
    ['ALTER TABLE cross_app_sessions_archive ALTER payload TYPE text', /_archive has not the same payload/],
    ['ALTER TABLE cross_app_sessions ADD COLUMN note text', /_archive has not the same note/],
    ['DROP TABLE cross_app_sessions', /public\.cross_app_sessions is gone/],
  ])('after %s is a failure', async (statement, message) => {
    await scratch.knex.raw(statement);
    expect((await runDoctor(scratch.url)).find('tables')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(message),
    });
  });
});

describe('several tables', () => {
  it('need a name', async () => {
    scratch = await openScratch();
    await scratch.knex.raw('CREATE TABLE users (id int); CREATE TABLE accounts (id int)');
    for (const sessions of ['a.one', 'b.two']) {
      await scratch.knex.raw(`CREATE SCHEMA ${sessions.charAt(0)}`);
      await createSessionsTable(scratch.knex, { tables: { sessions }, foreignKeys: false });
    }
    expect((await runDoctor(scratch.url)).find('tables')).toMatchObject({
      status: 'fail',
      advice: expect.stringMatching(/a\.one, b\.two.*--sessions-table/),
    });
    const { find } = await runDoctor(scratch.url, { args: ['--sessions-table', 'two'] });
    expect(find('tables')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/^b\.two, plain/),
    });
  });
});

it('tables with odd names in a schema are found', async () => {
  scratch = await openScratch();
  const { knex } = scratch;
  await knex.raw(`CREATE SCHEMA "Auth-1"; CREATE TABLE "Auth-1"."People-x" (id uuid PRIMARY KEY)`);
  const args = [
    '--sessions-table',
    'Auth-1.Hand-offs',
    '--users-table',
    'Auth-1.People-x',
    '--user-id-type',
    'uuid',
  ];
  await scratch.crossApp('migrate', ...args, '--no-accounts-table', '--layout', 'partitioned');
  const { find } = await runDoctor(scratch.url);
  for (const name of ['migrations', 'tables', 'privileges', 'trust-proxy']) {
    expect(find(name)).toMatchObject({ status: 'ok' });
  }
});

import { seedDevelopmentData, sessionStatistics } from '@cross-app/core';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

const MADE = /^made up \d+ cross-app sessions from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n$/;

describe.each(['plain', 'partitioned'])('cross-app seed --history on a %s layout', (layout) => {
  let scratch: Scratch;
  beforeEach(async () => {
    scratch = await openScratch();
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await scratch.close();
  });

  const count = async (): Promise<number> =>
    (await sessionStatistics(scratch.knex, { days: 366 })).totals.created;

  it('makes up two weeks, for statistics to show', async () => {
    const { exitCode, out, error } = await scratch.crossApp('seed', '--history');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(MADE);
    const { totals } = await sessionStatistics(scratch.knex, { days: 14 });
    expect(out).toContain(` ${totals.created} `);
    expect(totals.created).toBeGreaterThan(1500);
    expect(await count()).toBe(totals.created);
  });

  it('with --json prints one object', async () => {
    const { out } = await scratch.crossApp('seed', '--history', '--days', '3', '--per-day', '10', '--json');
    expect(JSON.parse(out)).toEqual({
      sessions: await count(),
      archived: Number((await scratch.knex('cross_app_sessions_archive').count('* as n'))[0]?.['n']),
      from: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      to: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
  });

  it('run twice replaces what it made, and another --random-seed makes something else', async () => {
    const hashes = async (): Promise<unknown> =>
      scratch.knex('cross_app_sessions_archive').orderBy('token_hash').limit(20).pluck('token_hash');
    const args = ['seed', '--history', '--days', '4', '--per-day', '30'];
    await scratch.crossApp(...args);
    const first = await hashes();
    await scratch.crossApp(...args);
    expect(await hashes()).toEqual(first);
    await scratch.crossApp(...args, '--random-seed', '7');
    expect(await hashes()).not.toEqual(first);
    expect(await count()).toBeLessThanOrEqual(4 * 33);
  });

  it('and seed leave what the other one has made', async () => {
    const { validToken } = await seedDevelopmentData(scratch.knex);
    await scratch.crossApp('seed', '--history', '--days', '2');
    const both = await count();
    await scratch.crossApp('seed');
    expect(await count()).toBe(both);
    expect(await scratch.knex('cross_app_sessions').where({ source_app: 'test' })).toHaveLength(2);
    expect(validToken).toMatch(/^handoff_/);
  });

  it('refuses when NODE_ENV is production, unless it is forced', async () => {
    jest.replaceProperty(process.env, 'NODE_ENV', 'production');
    const { exitCode, out, error } = await scratch.crossApp('seed', '--history');
    expect(error).toMatch(/^error: Development data is not for production[^\n]+\n$/);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(await count()).toBe(0);
    expect((await scratch.crossApp('seed', '--history', '--days', '1', '--force')).out).toMatch(MADE);
  });
});

describe('cross-app seed --history says in one sentence', () => {
  let scratch: Scratch;
  beforeEach(async () => {
    scratch = await openScratch();
  });
  afterEach(() => scratch.close());

  it('that migrate comes first', async () => {
    const { exitCode, error } = await scratch.crossApp('seed', '--history');
    expect(error).toMatch(/^error: There is no cross_app_sessions here[^\n]+run cross-app migrate[^\n]+\n$/);
    expect(exitCode).toBe(1);
  });

  it('that the users of the app are different', async () => {
    await scratch.knex.raw(
      'CREATE TABLE users (id int PRIMARY KEY, mail text); CREATE TABLE accounts (id int PRIMARY KEY)',
    );
    await scratch.crossApp('migrate');
    const { exitCode, error } = await scratch.crossApp('seed', '--history');
    expect(error).toMatch(/^error: column "email" [^\n]+: seed makes users with [^\n]+\n$/);
    expect(exitCode).toBe(1);
  });

  it.each([
    [['--days', '0'], /--days <number>' argument '0' is invalid\. It is a whole number from 1 to 366/],
    [['--per-day', '1e9'], /It is a whole number from 1 to 10000/],
    [['--random-seed', '-1'], /'--random-seed <number>' argument/],
  ])('that %j is wrong usage', async (args, sentence) => {
    const { exitCode, out, error } = await scratch.crossApp('seed', '--history', ...args);
    expect(error).toMatch(sentence);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it.each([[['--days', '3']], [['--per-day', '3']], [['--random-seed', '3']], [['--sessions-table', 'x']]])(
    'that %j goes with --history',
    async (args) => {
      const { exitCode, error } = await scratch.crossApp('seed', ...args);
      expect(error).toMatch(/^error: --days, [^\n]+ go with --history\n$/);
      expect(exitCode).toBe(2);
    },
  );
});

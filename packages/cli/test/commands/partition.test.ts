import { createCrossAppSessions } from '@cross-app/core';
import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { storedIds } from '../history.js';
import { insertEnded, insertOldPartitions, partitions } from '../old-partitions.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

const CONVERTED =
  /^built public\.cross_app_sessions_before_pkey, unique on \(id, expires_at\), beside the traffic\nbuilt public\.cross_app_sessions_before_token_hash, unique on \(token_hash, expires_at\), beside the traffic\nchecked that every row expires before (\d{4}-\d\d-01)\nmade public\.cross_app_sessions partitioned by month; its rows are in public\.cross_app_sessions_before_\d{4}_\d\d_01, until \1\n(created public\.cross_app_sessions_\d{4}_\d\d\n)+$/;

async function signInOnce(): Promise<void> {
  const sessions = createCrossAppSessions({ knex: scratch.knex, appId: 'tuvens' });
  const { token } = await sessions.issue({ userId: 11, targetApp: 'hi-events' });
  await sessions.redeem(token, { targetApp: 'hi-events' });
  await expect(sessions.redeem(token, { targetApp: 'hi-events' })).rejects.toMatchObject({
    code: 'token_used',
  });
}

describe('cross-app partition of a plain table', () => {
  beforeEach(async () => {
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', 'plain');
    await insertEnded(scratch.knex, 20, '2 days');
  });

  it('converts it and says what it did, and then has nothing to do', async () => {
    const before = await storedIds(scratch.knex);
    const first = await scratch.crossApp('partition');
    expect(first.out).toMatch(CONVERTED);
    expect(first).toMatchObject({ exitCode: 0, error: '' });
    expect(await storedIds(scratch.knex)).toEqual(before);
    await signInOnce();
    expect(await scratch.crossApp('partition')).toEqual({ exitCode: 0, out: 'nothing to do\n', error: '' });
    expect((await scratch.crossApp('status')).out).toMatch(/cross_app_sessions, partitioned by month/);
  });

  it('with --dry-run says what it would do, and changes nothing', async () => {
    const before = await scratch.tables();
    const { out, exitCode } = await scratch.crossApp('partition', '--dry-run');
    const [header = '', ...lines] = out.split('\n');
    expect(header).toBe('a dry run: nothing is changed, and without it');
    expect(await scratch.tables()).toEqual(before);
    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toMatch(CONVERTED);
    expect((await scratch.crossApp('partition')).out).toBe(lines.join('\n'));
  });

  it('with --json prints one object', async () => {
    const { out, error } = await scratch.crossApp(
      'partition',
      '--json',
      '--interval',
      'day',
      '--ahead',
      '20',
    );
    const report = JSON.parse(out) as {
      created: string[];
      steps: string[];
      firstPartition: { name: string };
    };
    expect(error).toBe('');
    expect(report).toMatchObject({
      converted: true,
      outcome: 'done',
      dryRun: false,
      archived: [],
      dropped: [],
    });
    expect(report.steps).toHaveLength(4);
    expect(report.created.length).toBeGreaterThan(10);
    expect(await partitions(scratch.knex)).toHaveLength(report.created.length + 2);
  });

  it('stops after the step under way when it is interrupted', async () => {
    const stopped = AbortSignal.abort();
    const { out, exitCode } = await crossApp(['partition'], scratch.url, { signal: stopped });
    expect({ out, exitCode }).toEqual({
      out: 'interrupted: what is said above is done; run it again for the rest\n',
      exitCode: 0,
    });
    expect(await partitions(scratch.knex)).toEqual([]);
  });

  it('says what is in the way', async () => {
    await scratch.knex.raw('CREATE VIEW used AS SELECT id FROM cross_app_sessions');
    const { out, error, exitCode } = await scratch.crossApp('partition');
    expect(error).toBe(
      'error: public.cross_app_sessions cannot be converted as it is: the view used reads it. Take that away first, and make it again on the converted table.\n',
    );
    expect({ out, exitCode }).toEqual({ out: '', exitCode: 1 });
  });

  it('is rolled back when it is converted', async () => {
    await scratch.crossApp('partition');
    expect((await scratch.crossApp('rollback', '--all')).exitCode).toBe(0);
    expect(await scratch.tables()).toEqual([]);
  });
});

describe('cross-app partition of a partitioned table', () => {
  const ages = ['--archive-older-than', '90m', '--drop-older-than', '5d'];
  beforeEach(async () => {
    const layout = ['--layout', 'partitioned', '--partition-interval', 'day'];
    await scratch.crossApp('migrate', '--with-user-tables', ...layout);
    for (const name of await partitions(scratch.knex))
      if (!name.endsWith('default')) await scratch.knex.raw('DROP TABLE ??', [name]);
    await insertOldPartitions(scratch.knex, { 3: 30, 4: 10, 8: 5 });
  });

  it('makes the coming partitions, archives and drops old ones', async () => {
    const { sessions } = await storedIds(scratch.knex);
    const { out, error, exitCode } = await scratch.crossApp(
      'partition',
      '--ahead',
      '1',
      ...ages,
      '--batch-size',
      '7',
    );
    expect(out).toMatch(
      /^(created public\.cross_app_sessions_\d{4}_\d\d_\d\d\n){2}dropped public\.old_8 with 5 rows\narchived public\.old_4: 10 rows\narchived public\.old_3: 30 rows\n$/,
    );
    expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
    expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: sessions.slice(0, 40) });
    expect(await partitions(scratch.knex)).toHaveLength(3);
    await signInOnce();
    const again = await scratch.crossApp('partition', '--ahead', '1', ...ages);
    expect(again).toEqual({ exitCode: 0, out: 'nothing to do\n', error: '' });
  });

  it('with --dry-run says the same and changes nothing', async () => {
    const before = [await storedIds(scratch.knex), await partitions(scratch.knex)];
    const { out } = await scratch.crossApp('partition', ...ages, '--dry-run');
    expect([await storedIds(scratch.knex), await partitions(scratch.knex)]).toEqual(before);
    expect(
      `a dry run: nothing is changed, and without it\n${(await scratch.crossApp('partition', ...ages)).out}`,
    ).toBe(out);
  });

  it('with --json prints one object', async () => {
    const { out } = await scratch.crossApp('partition', '--ahead', '0', ...ages, '--json');
    expect(JSON.parse(out)).toEqual({
      converted: false,
      firstPartition: null,
      steps: [],
      created: [expect.stringMatching(/^public\.cross_app_sessions_/)],
      archived: [
        { name: 'public.old_4', rows: 10 },
        { name: 'public.old_3', rows: 30 },
      ],
      dropped: [{ name: 'public.old_8', rows: 5 }],
      postponed: [],
      archivedRows: 40,
      outcome: 'done',
      dryRun: false,
    });
  });

  it('leaves the work to another one that is at it', async () => {
    const turn = await scratch.knex.transaction();
    await turn.raw(
      `SELECT pg_advisory_xact_lock(hashtextextended('cross-app partition ' || '"public"."cross_app_sessions"'::regclass::oid, 0))`,
    );
    const { out, exitCode } = await scratch.crossApp('partition', ...ages);
    await turn.rollback();
    expect({ out, exitCode }).toEqual({
      out: 'busy: another partition or archive is running\n',
      exitCode: 0,
    });
    expect((await storedIds(scratch.knex)).archive).toEqual([]);
  });

  it('does not change the interval', async () => {
    const { error, exitCode } = await scratch.crossApp('partition', '--interval', 'month');
    expect(error).toBe(
      'error: public.cross_app_sessions is partitioned by day already: leave the interval out, or give that one.\n',
    );
    expect(exitCode).toBe(1);
  });
});

describe('cross-app partition, called wrongly,', () => {
  it.each([
    [['--interval', 'week'], /Allowed choices are month, day/],
    [['--ahead', '-1'], /whole number from 0 to 366/],
    [['--archive-older-than', '30'], /a number and a unit/],
    [['--drop-older-than', '30s'], /at least 60s/],
    [['--archive-older-than', '2d', '--drop-older-than', '1d'], /--drop-older-than must be longer/],
    [['--older-than', '1d'], /unknown option/],
  ])('refuses %j and does nothing', async (args, sentence) => {
    await scratch.crossApp('migrate', '--with-user-tables');
    const { out, error, exitCode } = await scratch.crossApp('partition', ...args);
    expect(error).toMatch(sentence);
    expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
    expect(await partitions(scratch.knex)).toEqual([]);
  });

  it('before migrate says to migrate first', async () => {
    const { error, exitCode } = await scratch.crossApp('partition');
    expect(error).toMatch(/^error: There is no cross_app_sessions here .*run cross-app migrate[^\n]*\n$/);
    expect(exitCode).toBe(1);
  });
});

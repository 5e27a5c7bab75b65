import { maintainPartitions, partitionSessions } from '../../src/index.js';
import { openKnex, untilWaiting } from '../database.js';
import { insertOld, many, migrateWithUsers, openScratch, partitions, rowsOf, target } from './scratch.js';
import type { Scratch } from './scratch.js';

const DAY = 86_400;

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
  await migrateWithUsers(scratch.knex, { layout: 'partitioned', partitionInterval: 'day' });
});
afterEach(async () => {
  await scratch.close();
});

/** A partition of so many days ago, `old_1` for yesterday's, with so many rows. */
async function makeOld(rowsByDay: Readonly<Record<number, number>>): Promise<void> {
  for (const [day, count] of Object.entries(rowsByDay)) {
    await scratch.knex.raw(
      `DO $$ BEGIN EXECUTE format('CREATE TABLE old_${day} PARTITION OF cross_app_sessions FOR VALUES FROM (%L) TO (%L)',
         date_trunc('day', now() AT TIME ZONE 'UTC' - ${day} * interval '1 day') AT TIME ZONE 'UTC',
         date_trunc('day', now() AT TIME ZONE 'UTC' - ${Number(day) - 1} * interval '1 day') AT TIME ZONE 'UTC'); END $$`,
    );
    await insertOld(scratch.knex, many(count, Number(day)));
  }
}

const archived = () =>
  scratch
    .knex('cross_app_sessions_archive')
    .count<{ count: string }[]>()
    .then(([row]) => Number(row?.count));
const old = async (): Promise<string[]> =>
  (await partitions(scratch.knex)).filter((name) => name.startsWith('old'));
const everything = (): Promise<unknown[]> =>
  rowsOf(
    scratch.knex,
    `SELECT * FROM cross_app_sessions UNION ALL SELECT * FROM cross_app_sessions_archive ORDER BY id`,
  );

describe('maintainPartitions', () => {
  it('makes those that are missing, and nothing the second time', async () => {
    const before = await partitions(scratch.knex);
    const missing = [before[2] ?? '', before[5] ?? ''];
    for (const name of missing) await scratch.knex.raw('DROP TABLE ??', [name]);
    const report = await maintainPartitions(scratch.knex, { ahead: 14 });
    expect(report.created).toEqual(missing.map((name) => `public.${name}`));
    expect(await partitions(scratch.knex)).toEqual(before);
    expect(await maintainPartitions(scratch.knex)).toMatchObject({
      created: [],
      archived: [],
      dropped: [],
      outcome: 'done',
    });
    expect((await maintainPartitions(scratch.knex, { ahead: 20 })).created).toHaveLength(6);
  });

  it('archives and drops whole partitions of age, each row exactly once, and no other ones', async () => {
    await makeOld({ 1: 3, 5: 40, 6: 0, 9: 7 });
    const rows = await everything();
    const before = await partitions(scratch.knex);
    const options = {
      archiveOlderThanSeconds: 4 * DAY - 3600,
      dropOlderThanSeconds: 8 * DAY - 3600,
      batchSize: 15,
    };
    const progress: number[] = [];
    const dry = await maintainPartitions(scratch.knex, { ...options, dryRun: true });
    expect([await everything(), await partitions(scratch.knex)]).toEqual([rows, before]);
    const report = await maintainPartitions(scratch.knex, {
      ...options,
      onProgress: ({ done, total }) => progress.push(done, total),
    });
    expect(report).toEqual({ ...dry, dryRun: false });
    expect(report).toMatchObject({
      dropped: [{ name: 'public.old_9', rows: 7 }],
      archived: [
        { name: 'public.old_6', rows: 0 },
        { name: 'public.old_5', rows: 40 },
      ],
      archivedRows: 40,
    });
    expect(progress).toEqual([15, 40, 30, 40, 40, 40]);
    expect(await old()).toEqual(['old_1']);
    expect(await archived()).toBe(40);
    expect(await everything()).toEqual(
      (rows as { expires_at: Date }[]).filter(
        ({ expires_at }) => expires_at.getTime() > Date.now() - 8 * DAY * 1000,
      ),
    );
  });

  it('keeps what could still be retried, whatever it is told', async () => {
    await scratch.knex.raw(
      `DO $$ DECLARE part regclass; BEGIN
         FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'cross_app_sessions'::regclass AND inhrelid::regclass::text !~ 'default'
         LOOP EXECUTE 'DROP TABLE ' || part; END LOOP;
         EXECUTE format('CREATE TABLE old_now PARTITION OF cross_app_sessions FOR VALUES FROM (%L) TO (%L)', now() - interval '1 day', now() - interval '50 seconds');
         EXECUTE format('CREATE TABLE old_rest PARTITION OF cross_app_sessions FOR VALUES FROM (MINVALUE) TO (%L)', now() - interval '1 day');
       END $$`,
    );
    expect((await maintainPartitions(scratch.knex, { dropOlderThanSeconds: 60 })).dropped).toEqual([
      { name: 'public.old_rest', rows: 0 },
    ]);
    await expect(maintainPartitions(scratch.knex, { dropOlderThanSeconds: 59 })).rejects.toThrow(TypeError);
  });

  it('leaves a partition with a row that somebody holds, and ends it the next time', async () => {
    await makeOld({ 5: 10 });
    const holder = await scratch.knex.transaction();
    await holder.raw('SELECT FROM old_5 WHERE id = (SELECT min(id) FROM old_5) FOR UPDATE');
    const free = maintainPartitions(scratch.knex, { archiveOlderThanSeconds: DAY });
    // It has moved what it can, waits for the lock that its holder has, and gives way each quarter of a second.
    await untilWaiting(scratch.knex, 1);
    await insertOld(scratch.knex, [5]);
    await holder.commit();
    expect(await free).toMatchObject({
      archived: [],
      archivedRows: 9,
      postponed: [{ name: 'public.old_5' }],
    });
    expect(await scratch.knex('old_5').pluck('id')).toHaveLength(2);
    expect(await maintainPartitions(scratch.knex, { archiveOlderThanSeconds: DAY })).toMatchObject({
      archived: [{ name: 'public.old_5', rows: 2 }],
    });
    expect(await archived()).toBe(11);
  });

  it('stops after the batch under way, and goes on from there', async () => {
    await makeOld({ 5: 30 });
    const stop = new AbortController();
    const options = { archiveOlderThanSeconds: DAY, batchSize: 10 };
    const stopped = await maintainPartitions(scratch.knex, {
      ...options,
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    expect(stopped).toMatchObject({ outcome: 'interrupted', archivedRows: 10, archived: [] });
    expect(await maintainPartitions(scratch.knex, options)).toMatchObject({
      outcome: 'done',
      archivedRows: 20,
    });
    expect([await old(), await archived()]).toEqual([[], 30]);
  });

  it('run by two at once does everything once', async () => {
    await makeOld({ 5: 300, 6: 300 });
    const other = openKnex(scratch.url);
    const options = { archiveOlderThanSeconds: DAY, batchSize: 10, ahead: 18 };
    const reports = await Promise.all([
      maintainPartitions(scratch.knex, options),
      maintainPartitions(other, options),
    ]);
    await other.destroy();
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'done']);
    expect(reports.map(({ archivedRows, created }) => [archivedRows, created.length]).sort()).toEqual([
      [0, 0],
      [600, 4],
    ]);
    expect(await archived()).toBe(600);
  });

  it('moves rows out of the default partition, unless there are too many to do it in a moment', async () => {
    const [today = ''] = await partitions(scratch.knex);
    await scratch.knex.raw('DROP TABLE ??', [today]);
    await insertOld(scratch.knex, many(30, 0));
    const rows = await everything();
    expect(await scratch.knex('cross_app_sessions_default')).toHaveLength(30);
    expect(await maintainPartitions(scratch.knex, { batchSize: 29 })).toMatchObject({
      created: [],
      postponed: [{ name: `public.${today}`, reason: expect.stringMatching(/more than 29 rows/) }],
    });
    expect((await maintainPartitions(scratch.knex, { batchSize: 30 })).created).toEqual([`public.${today}`]);
    expect(await scratch.knex('cross_app_sessions_default')).toEqual([]);
    expect(await scratch.knex(today)).toHaveLength(30);
    expect(await everything()).toEqual(rows);
  });

  it('refuses a table that is not partitioned, and options that it has not', async () => {
    const plain = await openScratch();
    const sessions = await migrateWithUsers(plain.knex);
    await expect(maintainPartitions(plain.knex)).rejects.toThrow(/is not partitioned: convert it first/);
    await sessions.issue({ userId: 11, ...target });
    await plain.close();
    await expect(maintainPartitions(scratch.knex, { aheadd: 3 } as object)).rejects.toThrow(TypeError);
    const never = { archiveOlderThanSeconds: 100, dropOlderThanSeconds: 100 };
    await expect(maintainPartitions(scratch.knex, never)).rejects.toThrow(
      /must be more than archiveOlderThanSeconds/,
    );
  });

  it('goes on with a converted table, and archives its first partition in the end', async () => {
    const plain = await openScratch();
    await migrateWithUsers(plain.knex);
    await insertOld(plain.knex, many(20, 2));
    const { firstPartition } = await partitionSessions(plain.knex);
    const [, name = ''] = firstPartition?.name.split('.') ?? [];
    const archive = { archiveOlderThanSeconds: 60 };
    expect(await maintainPartitions(plain.knex, archive)).toMatchObject({ archived: [], archivedRows: 0 });
    // As if its time were over.
    await plain.knex.raw(`ALTER TABLE cross_app_sessions DETACH PARTITION ${name};
      DO $$ BEGIN EXECUTE format('ALTER TABLE cross_app_sessions ATTACH PARTITION ${name} FOR VALUES FROM (MINVALUE) TO (%L)', now() - interval '1 day'); END $$`);
    expect(await maintainPartitions(plain.knex, archive)).toMatchObject({
      archivedRows: 20,
      archived: [{ rows: 20 }],
    });
    expect(await partitions(plain.knex)).not.toContain(name);
    await plain.close();
  });
});

import { maintainPartitions, partitionSessions } from '../../src/index.js';
import { untilWaiting } from '../database.js';
import { insertOld, many, migrateWithUsers, openScratch, partitions, rowsOf, target } from './scratch.js';
import type { Scratch } from './scratch.js';
import { withTraffic } from './traffic.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

async function expectSound(redeemed: number): Promise<void> {
  const [counts] = await rowsOf(
    scratch.knex,
    `SELECT count(*) FILTER (WHERE used_at IS NOT NULL AND source_app = 'tuvens' AND redemption_id IS NOT NULL)::int AS used,
            (count(*) - count(DISTINCT token_hash))::int AS twice, (count(*) - count(DISTINCT id))::int AS "sameId"
     FROM cross_app_sessions`,
  );
  expect(counts).toEqual({ used: redeemed, twice: 0, sameId: 0 });
}

it.each([1, 2, 3])('a conversion fails nobody who signs in meanwhile, round %s', async () => {
  await migrateWithUsers(scratch.knex);
  await insertOld(scratch.knex, many(5000, 2));
  const { redeemed, errors } = await withTraffic(scratch.url, async () => {
    expect(await partitionSessions(scratch.knex)).toMatchObject({ converted: true, outcome: 'done' });
  });
  expect(errors).toEqual([]);
  await expectSound(redeemed);
});

it('partitions that are made for what is in the default one, archived and dropped fail nobody', async () => {
  await migrateWithUsers(scratch.knex, { layout: 'partitioned', partitionInterval: 'day' });
  await scratch.knex.raw(
    `DO $$ DECLARE part regclass; BEGIN
       FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'cross_app_sessions'::regclass AND inhrelid::regclass::text !~ 'default'
       LOOP EXECUTE 'DROP TABLE ' || part; END LOOP;
       FOR day IN 1..6 LOOP
         EXECUTE format('CREATE TABLE old_%s PARTITION OF cross_app_sessions FOR VALUES FROM (%L) TO (%L)', day,
           date_trunc('day', now() - day * interval '1 day'), date_trunc('day', now() - (day - 1) * interval '1 day'));
       END LOOP;
     END $$`,
  );
  await insertOld(scratch.knex, [...many(500, 2), ...many(500, 3), ...many(500, 4)]);
  const { redeemed, errors } = await withTraffic(scratch.url, async () => {
    expect(await rowsOf(scratch.knex, 'SELECT FROM cross_app_sessions_default LIMIT 1')).toHaveLength(1);
    const ages = { archiveOlderThanSeconds: 60, dropOlderThanSeconds: 4 * 86_400 };
    const report = await maintainPartitions(scratch.knex, { ...ages, batchSize: 5_000 });
    expect(report).toMatchObject({ outcome: 'done', archivedRows: 1500, postponed: [] });
    expect(report.created).toHaveLength(15);
    expect(report.archived.length + report.dropped.length).toBe(6);
  });
  expect(errors).toEqual([]);
  expect(await rowsOf(scratch.knex, 'SELECT FROM cross_app_sessions_default')).toEqual([]);
  expect(await scratch.knex('cross_app_sessions_archive').pluck('id')).toHaveLength(1500);
  expect(await partitions(scratch.knex)).toHaveLength(16);
  await expectSound(redeemed);
});

it('a conversion steps back for whoever uses the table, so that nobody queues behind it', async () => {
  const { knex, url } = scratch;
  const sessions = await migrateWithUsers(knex);
  const stop = new AbortController();
  let steps = 0;
  await partitionSessions(knex, {
    signal: stop.signal,
    onStep: () => {
      if (++steps === 2) stop.abort();
    },
  });
  const user = await knex.transaction();
  await user.raw('SELECT FROM cross_app_sessions');
  const converted = partitionSessions(knex);
  await untilWaiting(knex, 1);
  for (let count = 0; count < 20; count++) {
    await sessions.redeem((await sessions.issue({ userId: 11, ...target })).token, target);
  }
  expect(await partitions(knex)).toEqual([]);
  await user.commit();
  expect(await converted).toMatchObject({ converted: true, outcome: 'done' });
  const { errors } = await withTraffic(url, () => Promise.resolve());
  expect(errors).toEqual([]);
});

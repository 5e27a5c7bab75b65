import {
  hasHistory,
  MaintenanceRefused,
  ProductionRefused,
  seedDevelopmentData,
  seedHistory,
  sessionStatistics,
} from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
  // The two who are there did not get their ids from it.
  await store.knex.raw("SELECT setval(pg_get_serial_sequence('users', 'id'), 100)");
});
afterEach(async () => {
  jest.restoreAllMocks();
  await store.close();
});

const BOTH = `(SELECT *, true AS is_live FROM cross_app_sessions UNION ALL SELECT *, false FROM cross_app_sessions_archive) both_tables`;

async function one(columns: string, where = 'true'): Promise<unknown> {
  const { rows } = await store.knex.raw<{ rows: unknown[] }>(`SELECT ${columns} FROM ${BOTH} WHERE ${where}`);
  return rows[0];
}

async function hashesOf(date: string): Promise<string[]> {
  const { rows } = await store.knex.raw<{ rows: { token_hash: string }[] }>(
    `SELECT token_hash FROM ${BOTH} WHERE (created_at AT TIME ZONE 'UTC')::date = ?::date ORDER BY 1`,
    [date],
  );
  return rows.map((row) => row.token_hash);
}

describe('seedHistory', () => {
  it('makes what the statistics then show: most redeemed within seconds, some revoked, the rest expired', async () => {
    const { sessions, archived, from, to } = await seedHistory(store.knex, { days: 14, perDay: 300 });
    const { totals, ...shown } = await sessionStatistics(store.knex, { days: 14 });
    expect({ sessions, from, to }).toEqual({ sessions: totals.created, from: shown.from, to: shown.to });
    expect(archived).toBeGreaterThan(2500);
    const share = (count: number): number => count / totals.created;
    expect(share(totals.used)).toBeCloseTo(0.85, 1);
    expect(share(totals.revoked)).toBeGreaterThan(0.01);
    expect(share(totals.revoked)).toBeLessThan(0.03);
    expect(share(totals.expiredUnused)).toBeCloseTo(0.14, 1);
    expect(totals.replaysRefused).toBeGreaterThan(5);
    expect(totals.medianSecondsToRedeem).toBeGreaterThan(3);
    expect(totals.medianSecondsToRedeem).toBeLessThan(5);
    expect(totals.p95SecondsToRedeem).toBeGreaterThan(15);
    expect(totals.p95SecondsToRedeem).toBeLessThan(40);
  });

  it('has more by day than by night, and about half as many at weekends', async () => {
    await seedHistory(store.knex, { days: 15 });
    const { days } = await sessionStatistics(store.knex, { days: 15 });
    const isWeekend = (date: string): boolean => [0, 6].includes(new Date(date).getUTCDay());
    for (const { date, created } of days.slice(1)) {
      expect({ date, tooFew: created < (isWeekend(date) ? 95 : 175) }).toEqual({ date, tooFew: false });
      expect({ date, tooMany: created > (isWeekend(date) ? 125 : 225) }).toEqual({ date, tooMany: false });
    }
    const hour = "extract(hour FROM created_at AT TIME ZONE 'UTC')";
    const { day, night } = (await one(
      `count(*) FILTER (WHERE ${hour} BETWEEN 9 AND 14)::int AS day, count(*) FILTER (WHERE ${hour} < 3 OR ${hour} > 20)::int AS night`,
      'NOT is_live',
    )) as { day: number; night: number };
    expect(day).toBeGreaterThan(3 * night);
  });

  it('makes nothing that can be redeemed, or that cleanup should have taken, or that is in no right partition', async () => {
    await seedHistory(store.knex, { days: 40 });
    expect(
      await one(
        `bool_and(expires_at < now()) AS expired, bool_and(used_at < expires_at) AS used_in_time,
         bool_and(revoked_at < expires_at) AS revoked_in_time,
         bool_and(expires_at = date_trunc('second', expires_at)) AS whole_seconds,
         bool_and((used_at IS NULL) = (redemption_id IS NULL)) AS has_redemption,
         bool_and(is_live = (expires_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')) AS in_place,
         count(*) = count(DISTINCT id) AS ids_differ`,
      ),
    ).toEqual({
      expired: true,
      used_in_time: true,
      revoked_in_time: true,
      whole_seconds: true,
      has_redemption: true,
      in_place: true,
      ids_differ: true,
    });
  });

  it('makes the same past days again from the same number, and others from another', async () => {
    const made = await seedHistory(store.knex, { days: 3, perDay: 20 });
    const past = made.from;
    const first = await hashesOf(past);
    await seedHistory(store.knex, { days: 9, perDay: 20 });
    expect(await hashesOf(past)).toEqual(first);
    await seedHistory(store.knex, { days: 9, perDay: 20, randomSeed: 2 });
    const other = await hashesOf(past);
    expect(other.filter((hash) => first.includes(hash))).toEqual([]);
    expect(other.length).toBeGreaterThan(0);
  });

  it('run again replaces what it made, wherever that is by now, and nothing else', async () => {
    const { validToken } = await seedDevelopmentData(store.knex);
    await store.knex('cross_app_sessions_archive').insert({
      token_hash: 'a'.repeat(64),
      user_id: store.userId,
      expires_at: new Date(0),
      source_app: 'test-history',
    });
    await seedHistory(store.knex, { days: 3, perDay: 20 });
    await seedHistory(store.knex, { days: 2, perDay: 10 });
    expect(validToken).toMatch(/^handoff_/);
    expect(await one('count(*)::int AS count', "source_app = 'test' OR user_agent IS NULL")).toEqual({
      count: 3,
    });
    const { totals } = await sessionStatistics(store.knex, { days: 3 });
    expect(totals.created).toBeLessThanOrEqual(2 * 11 + 2);
    const users = await store
      .knex('users')
      .where('email', 'like', 'history-%')
      .orderBy('id')
      .select('email', 'name');
    expect(users).toHaveLength(20);
    expect(users[0]).toEqual({ email: 'history-1@example.com', name: 'Synthetic User 1' });
  });

  it('is kept when seedDevelopmentData runs after it', async () => {
    await seedHistory(store.knex, { days: 2 });
    const before = await one('count(*)::int AS count', "source_app = 'test-history'");
    await seedDevelopmentData(store.knex);
    expect(await one('count(*)::int AS count', "source_app = 'test-history'")).toEqual(before);
  });

  it('run three times at once leaves one history', async () => {
    const made = await Promise.all([1, 2, 3].map(() => seedHistory(store.knex, { days: 3, perDay: 50 })));
    expect(await one('count(*)::int AS sessions')).toEqual({ sessions: made[0]?.sessions });
  });

  it('works inside of a transaction of the caller', async () => {
    await store.knex.transaction((trx) => seedHistory(trx, { days: 2 }));
    expect(await one('count(*) > 0 AS some')).toEqual({ some: true });
  });

  it('refuses a production environment unless it is forced, and changes nothing', async () => {
    jest.replaceProperty(process.env, 'NODE_ENV', 'production');
    await expect(seedHistory(store.knex)).rejects.toThrow(ProductionRefused);
    expect(await one('count(*)::int AS count')).toEqual({ count: 0 });
    await expect(seedHistory(store.knex, { days: 1, isForced: true })).resolves.toBeDefined();
  });

  it.each<[object, RegExp]>([
    [{ days: 0 }, /days must be a whole number from 1 to 366/],
    [{ days: 1.5 }, /days must be/],
    [{ perDay: 10_001 }, /perDay must be a whole number from 1 to 10000/],
    [{ randomSeed: -1 }, /randomSeed must be/],
    [{ perday: 1 }, /no option "perday"/],
  ])('refuses %j', async (options, message) => {
    await expect(seedHistory(store.knex, options)).rejects.toThrow(message);
  });

  it('hasHistory tells whether it has run, when all of it is in the archive too', async () => {
    expect(await hasHistory(store.knex)).toBe(false);
    await seedDevelopmentData(store.knex);
    expect(await hasHistory(store.knex)).toBe(false);
    await seedHistory(store.knex, { days: 2 });
    expect(await hasHistory(store.knex)).toBe(true);
    await store.knex('cross_app_sessions').delete();
    expect(await hasHistory(store.knex)).toBe(true);
  });

  it('refuses a table that is not there', async () => {
    await expect(seedHistory(store.knex, { sessionsTable: 'handoffs' })).rejects.toThrow(MaintenanceRefused);
  });
});

import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import { checkHealth, createCrossAppSessions, migrate } from '../../src/index.js';
import type { CheckName, HealthReport, Layout } from '../../src/index.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { check, counted, currentLeaf, fill, isPartitioned } from './health/checks.js';

declare const LAYOUT: Layout;

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const EVERY_CHECK: CheckName[] = [
  ...(['migrations', 'indexes', 'cleanup', 'partitions', 'ids', 'size', 'dead_rows', 'bloat'] as const),
  ...(['vacuum', 'analyze', 'autovacuum', 'wraparound', 'transactions', 'unused_indexes', 'clock'] as const),
];

const notOk = ({ checks }: HealthReport): Partial<Record<CheckName, string>> =>
  Object.fromEntries(
    checks.filter(({ status }) => status !== 'ok').map(({ name, message }) => [name, message]),
  );

describe('checkHealth', () => {
  it('is ok on a table in use, with every check in its order', async () => {
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    const { token } = await sessions.issue({ userId: store.userId, targetApp: 'hi-events' });
    await sessions.redeem(token, { targetApp: 'hi-events' });
    const before = Date.now();
    const report = await checkHealth(store.knex);
    expect(notOk(report)).toEqual({});
    expect(report).toMatchObject({ status: 'ok', table: 'public.cross_app_sessions' });
    expect(report.checks.map(({ name }) => name)).toEqual(EVERY_CHECK);
    expect(Date.parse(report.checkedAt)).toBeGreaterThanOrEqual(before - 1000);
  });

  it('needs one connection, and writes nothing', async () => {
    const knex = openKnex(store.url, 1);
    const begun: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (sql.startsWith('BEGIN')) begun.push(sql);
    });
    expect((await checkHealth(knex)).status).toBe('ok');
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.filter((sql) => !sql.includes('READ ONLY'))).toEqual([]);
    await knex.destroy();
  });

  it('is as bad as the worst check', async () => {
    await store.knex.raw('DROP INDEX idx_cross_app_sessions_user_id');
    expect((await checkHealth(store.knex)).status).toBe('warn');
    await store.knex.raw('DROP INDEX idx_cross_app_sessions_token_hash');
    expect((await checkHealth(store.knex)).status).toBe('fail');
  });

  it('refuses options that it does not have', async () => {
    const refused = async (options: object): Promise<string> => {
      const outcome: unknown = await checkHealth(store.knex, options).catch((error: unknown) => error);
      return outcome instanceof TypeError ? outcome.message : '';
    };
    expect(await refused({ threshold: {} })).toMatch(/has no option "threshold"/);
    expect(await refused({ thresholds: { clock: {} } })).toMatch(/thresholds has no option "clock"/);
    expect(await refused({ thresholds: { clockSeconds: { warning: 1 } } })).toMatch(/no option "warning"/);
    expect(await refused({ thresholds: { clockSeconds: { warn: -1 } } })).toMatch(
      /^thresholds\.clockSeconds must/,
    );
    expect(await refused({ retentionSeconds: -1 })).toMatch(/^retentionSeconds must/);
  });

  it('says what to do where there are no tables', async () => {
    await expect(checkHealth(store.knex, { sessionsTable: 'other' })).rejects.toThrow(
      /^There is no other here .* run cross-app migrate/,
    );
  });
});

describe('the activity', () => {
  it('has what the queries of the seed were meant to show, of all partitions together and of each', async () => {
    await store.knex.raw('SELECT pg_stat_reset()');
    await fill(store.knex, 500);
    await counted(store.knex, 'UPDATE cross_app_sessions SET used_at = now() WHERE id <= 200');
    await counted(store.knex, 'DELETE FROM cross_app_sessions WHERE id <= 50');
    await counted(store.knex, "SELECT FROM cross_app_sessions WHERE token_hash = repeat('ab', 32)", 7);
    await store.knex.raw('ANALYZE cross_app_sessions');
    const { activity } = await checkHealth(store.knex);
    const unique = 'idx_cross_app_sessions_token_hash';
    const leaf = `public.${await currentLeaf(store.knex)}`;
    const counts = { inserts: 500, updates: 200, deletes: 50, liveRows: 450 };
    expect(activity.sessions).toMatchObject({
      table: 'public.cross_app_sessions',
      ...counts,
      lastVacuum: null,
    });
    expect(activity.sessions.lastAnalyze).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(activity.since).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(activity.archive).toMatchObject({ table: 'public.cross_app_sessions_archive', inserts: 0 });
    const scansOf = (index: string) => activity.indexes.find((one) => one.index === index)?.scans;
    expect(activity.indexes).toHaveLength(6);
    expect(scansOf(unique)).toBeGreaterThanOrEqual(7);

    const leaves = isPartitioned ? 5 : 0;
    const ofUnique = activity.partitionIndexes.filter(({ index }) => index.includes('_token_hash_'));
    expect([activity.partitions.length, ofUnique.length]).toEqual([leaves, leaves]);
    const [busiest] = activity.partitions.filter(({ inserts }) => inserts > 0);
    const whole = { ...activity.sessions, table: leaf, lastAnalyze: expect.any(String) as string };
    expect(busiest).toEqual(isPartitioned ? whole : undefined);
    const scans = ofUnique.reduce((sum, one) => sum + one.scans, 0);
    expect(scans).toBe(isPartitioned ? scansOf(unique) : 0);
  });
});

describe('the check of migrations', () => {
  it('fails when one is pending', async () => {
    await store.knex('cross_app_migrations').where('name', 'like', '2026020%').delete();
    expect(await check(store.knex, 'migrations')).toEqual({
      name: 'migrations',
      status: 'fail',
      message: '6 migrations applied, 20260201000000_add_cross_app_archive.js pending',
      advice: 'run cross-app migrate',
      values: { applied: 6, pending: 1 },
    });
  });

  it('is content with tables that the app made by a migration of its own', async () => {
    await store.knex.raw('DROP TABLE cross_app_migrations');
    expect(await check(store.knex, 'migrations')).toMatchObject({
      status: 'ok',
      message: 'made by a migration of the app',
    });
  });
});

describe('the check of the clock', () => {
  const shifted = (seconds: number) => check(store.knex, 'clock', { now: () => Date.now() + seconds * 1000 });

  it.each([
    [0, 'ok', "this machine's clock is less than a second from the database's"],
    [20.5, 'ok', "this machine's clock is 20 seconds ahead of the database's"],
    [-60.5, 'warn', "this machine's clock is 1 minute behind the database's"],
    [7200.5, 'fail', "this machine's clock is 2 hours ahead of the database's"],
  ])('%d seconds apart is %s', async (seconds, status, message) => {
    const { values, ...found } = await shifted(seconds);
    expect(found).toMatchObject({ status, message });
    const [ahead, uncertainty] = [Number(values['aheadSeconds']), Number(values['uncertaintySeconds'])];
    // One machine: what is left is what the measurement itself may be off by, and a millisecond of rounding.
    expect(Math.abs(ahead - seconds)).toBeLessThanOrEqual(uncertainty + 0.002);
  });

  it('gives the difference the benefit of the doubt of the round trip', async () => {
    // Between its two looks at the clock two hours go by: it may be an hour off, and nobody can tell.
    let looks = 0;
    const now = (): number => Date.now() + (looks++ % 2) * 7_201_000;
    expect(await check(store.knex, 'clock', { now })).toMatchObject({
      status: 'ok',
      message: "this machine's clock is 1 hour ahead of the database's",
    });
  });
});

describe('checkHealth, as a role that may only connect', () => {
  let watcher: Knex;
  let role: string;
  beforeEach(async () => {
    role = `watcher_${store.url.split('/').at(-1) ?? ''}`.slice(0, 63);
    await store.knex.raw(`CREATE ROLE ${role}`);
    watcher = openKnex(`${store.url}?options=-c%20role%3D${role}`);
  });
  afterEach(async () => {
    await watcher.destroy();
    await store.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('warns that something is unknown, and does every other check', async () => {
    const busy = await store.knex.transaction();
    await busy.raw('SELECT txid_current()');
    const report = await checkHealth(watcher);
    expect(notOk(report)).toEqual({
      migrations: 'unknown: this role may not read cross_app_migrations',
      cleanup: 'unknown: permission denied for table cross_app_sessions',
      ids: 'unknown: permission denied for sequence cross_app_sessions_id_seq',
      transactions: 'unknown: 1 of 1 open transactions are of roles that this one may not watch',
      ...(isPartitioned
        ? { partitions: 'unknown: permission denied for table cross_app_sessions_default' }
        : {}),
    });
    expect(report.status).toBe('warn');
    expect(report.checks.map(({ name }) => name)).toEqual(EVERY_CHECK);
    expect(report.activity.sessions.table).toBe('public.cross_app_sessions');
    await busy.rollback();
  });

  it('does not guess at the bloat of a large table', async () => {
    await fill(store.knex, 1000);
    await store.knex.raw('ANALYZE cross_app_sessions');
    const thresholds = { bloatBytes: { warn: 1, fail: Infinity } };
    expect(await check(watcher, 'bloat', { thresholds })).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^unknown: /),
      values: { bloatBytes: null },
    });
  });

  it('knows everything with SELECT on the tables and pg_read_all_stats', async () => {
    await store.knex.raw(`GRANT pg_read_all_stats TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    const busy = await store.knex.transaction();
    await busy.raw('SELECT txid_current()');
    expect(notOk(await checkHealth(watcher))).toEqual({});
    await busy.rollback();
  });

  it('does not take a table without a record for ours', async () => {
    await store.knex('cross_app_settings').delete();
    await expect(checkHealth(store.knex)).rejects.toThrow(/^There is no cross_app_sessions here/);
    await store.knex.raw('DROP TABLE cross_app_settings');
    await expect(checkHealth(watcher)).rejects.toThrow(/^There is no cross_app_sessions here/);
  });
});

it('a locked table leaves unknown what needs it, and nothing hangs', async () => {
  const migration = await store.knex.transaction();
  await migration.raw('LOCK TABLE cross_app_sessions IN ACCESS EXCLUSIVE MODE');
  const found = notOk(await checkHealth(store.knex));
  await migration.rollback();
  expect(found).toMatchObject({
    cleanup: 'unknown: canceling statement due to lock timeout',
    size: 'unknown: canceling statement due to lock timeout',
  });
  expect(found).not.toHaveProperty('indexes');
  expect(found).not.toHaveProperty('vacuum');
});

describe('checkHealth, on tables with other names', () => {
  let database: TestDatabase;
  let knex: Knex;
  beforeEach(async () => {
    database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
    knex = openKnex(database.url);
  });
  afterEach(async () => {
    await knex.destroy();
    await database.close();
  });

  it('finds them in another schema, by their record or by name', async () => {
    await knex.raw('CREATE SCHEMA "Sign-In"');
    const layout = { layout: LAYOUT, foreignKeys: false, userIdType: 'uuid' } as const;
    await migrate(knex, { schema: 'Sign-In', tables: { sessions: 'Sign-In.Hand-Offs' }, ...layout });
    const report = await checkHealth(knex);
    expect(notOk(report)).toEqual({});
    expect(report.table).toBe('Sign-In.Hand-Offs');
    expect(report.activity.archive?.table).toBe('Sign-In.Hand-Offs_archive');
    expect(report.checks.find(({ name }) => name === 'ids')?.message).toContain(
      '"Sign-In"."Hand-Offs_id_seq"',
    );
    expect(await checkHealth(knex, { sessionsTable: 'Hand-Offs' })).toMatchObject({ status: 'ok' });
    await knex.raw('DROP TABLE "Sign-In"."Hand-Offs"');
    await expect(checkHealth(knex)).rejects.toThrow(
      /^Sign-In\.Hand-Offs is recorded in cross_app_settings and is not there/,
    );
  });
});

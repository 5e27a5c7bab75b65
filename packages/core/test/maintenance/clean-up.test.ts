import { randomUUID } from 'node:crypto';
import { cleanUpSessions, createCrossAppSessions, MaintenanceRefused } from '../../src/index.js';
import type { CleanUpOptions, DatabaseSessions } from '../../src/index.js';
import { expireToken, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { clear, insertAged, insertHistory, storedIds, storedRows } from './history.js';

const DAY = 86_400;
const target = { targetApp: 'hi-events' };

// Everything but Date.
const TIMERS: FakeableAPI[] = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'nextTick',
  'queueMicrotask',
  'performance',
  'hrtime',
];

let store: TestStore;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
beforeEach(() => clear(store.knex));
afterEach(() => jest.useRealTimers());
afterAll(() => store.close());

describe('cleanUpSessions', () => {
  it('by default takes what expired or was revoked more than a day ago', async () => {
    const taken = [
      await insertAged(store.knex, { expired: DAY + 1 }),
      await insertAged(store.knex, { expired: DAY - 600, revoked: DAY + 1 }),
      await insertAged(store.knex, { created: 3 * DAY, expired: -3 * DAY, revoked: DAY + 1 }),
    ];
    const left = [
      await insertAged(store.knex, { expired: DAY - 60 }),
      await insertAged(store.knex, { expired: DAY - 600, revoked: DAY - 60 }),
      await insertAged(store.knex, { created: 3 * DAY, expired: -3 * DAY }),
    ];
    const { rows, cutoff } = await cleanUpSessions(store.knex);
    expect(await storedIds(store.knex)).toEqual({ sessions: left, archive: taken });
    expect(rows).toBe(3);
    const { rows: age } = await store.knex.raw<{ rows: [{ days: number }] }>(
      'SELECT round(extract(epoch FROM now() - ?::timestamptz)::numeric / 86400, 2)::float8 AS days',
      [cutoff.toISOString()],
    );
    expect(age[0].days).toBe(1);
  });

  it('with another retention goes by that, and by no clock of its own', async () => {
    jest.useFakeTimers({ now: new Date('2001-01-01'), doNotFake: TIMERS });
    const taken = await insertAged(store.knex, { expired: 3_601 });
    const left = await insertAged(store.knex, { expired: 3_540 });
    await cleanUpSessions(store.knex, { retentionSeconds: 3_600 });
    expect(await storedIds(store.knex)).toEqual({ sessions: [left], archive: [taken] });
  });

  it('never takes a row that can be redeemed, or whose redeem can be retried', async () => {
    const alive = await sessions.issue({ userId: store.userId, ...target });
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    const redemption = { ...target, redemptionId: randomUUID() };
    await sessions.redeem(token, redemption);
    const used = await expireToken(store.knex, token, 30);
    expect(await cleanUpSessions(store.knex, { retentionSeconds: 60 })).toMatchObject({ rows: 0 });
    await expect(sessions.redeem(used, redemption)).resolves.toBeDefined();
    await expect(sessions.redeem(alive.token, target)).resolves.toBeDefined();

    const over = await expireToken(store.knex, used, 61);
    expect(await cleanUpSessions(store.knex, { retentionSeconds: 60 })).toMatchObject({ rows: 1 });
    await expect(sessions.redeem(over, redemption)).rejects.toMatchObject({ code: 'token_unknown' });
  });

  it('moves every column as it is, also to an archive that has them in another order', async () => {
    await insertHistory(store.knex, 10);
    await store.knex.transaction(async (trx) => {
      await trx.raw(`ALTER TABLE cross_app_sessions ADD COLUMN "Host's own" text DEFAULT 'kept';
        ALTER TABLE cross_app_sessions_archive ADD COLUMN "Host's own" text;
        ALTER TABLE cross_app_sessions_archive DROP COLUMN user_agent, DROP COLUMN payload;
        ALTER TABLE cross_app_sessions_archive ADD COLUMN payload jsonb, ADD COLUMN user_agent text`);
    });
    const before = await storedRows(store.knex, 'cross_app_sessions');
    expect(await cleanUpSessions(store.knex)).toMatchObject({ rows: 10 });
    expect(await storedRows(store.knex, 'cross_app_sessions_archive')).toEqual(before);
    await store.knex.raw(`ALTER TABLE cross_app_sessions DROP COLUMN "Host's own";
      ALTER TABLE cross_app_sessions_archive DROP COLUMN "Host's own"`);
  });

  it('without history deletes rows for good', async () => {
    await insertHistory(store.knex, 10);
    expect(await cleanUpSessions(store.knex, { keepHistory: false })).toMatchObject({ rows: 10 });
    expect(await storedIds(store.knex)).toEqual({ sessions: [], archive: [] });
  });

  it('leaves the archive as it is where it has the row already, after a restore', async () => {
    await insertHistory(store.knex, 10);
    const { sessions: ids } = await storedIds(store.knex);
    const columns = 'id, token_hash, user_id, expires_at, created_at, used_at';
    await store.knex.raw(
      `INSERT INTO cross_app_sessions_archive (${columns}) SELECT id, token_hash, user_id, expires_at, created_at, now() FROM cross_app_sessions WHERE id = ?`,
      [ids[4] ?? ''],
    );
    const [archived] = await storedRows(store.knex, 'cross_app_sessions_archive');
    expect(await cleanUpSessions(store.knex)).toMatchObject({ rows: 10, outcome: 'done' });
    expect(await storedIds(store.knex)).toEqual({ sessions: [], archive: ids });
    expect((await storedRows(store.knex, 'cross_app_sessions_archive'))[4]).toEqual(archived);
  });
});

describe('cleanUpSessions refuses, and changes nothing,', () => {
  const refusedFor = async (options: CleanUpOptions = {}): Promise<string> => {
    await insertHistory(store.knex, 10);
    const before = await storedIds(store.knex);
    const error: unknown = await cleanUpSessions(store.knex, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MaintenanceRefused);
    expect((await storedIds(store.knex)).sessions).toEqual(before.sessions);
    return (error as MaintenanceRefused).message;
  };

  it('when a row would lose its place to another one with its id', async () => {
    await insertHistory(store.knex, 1, 'cross_app_sessions_archive');
    await store.knex.raw(
      `UPDATE cross_app_sessions_archive SET id = (SELECT last_value + 5 FROM cross_app_sessions_id_seq);
       UPDATE cross_app_sessions_archive a SET expires_at = now() - interval '50 days'`,
    );
    await insertHistory(store.knex, 10);
    await store.knex('cross_app_sessions').update({
      expires_at: store.knex('cross_app_sessions_archive').select('expires_at'),
    });
    const { sessions: before } = await storedIds(store.knex);
    await expect(cleanUpSessions(store.knex)).rejects.toThrow(
      /^1 rows of "public"\."cross_app_sessions" have the id of another row of "public"\."cross_app_sessions_archive"/,
    );
    expect((await storedIds(store.knex)).sessions).toEqual(before);
  });

  it('when the archive lacks a column', async () => {
    await store.knex.raw('ALTER TABLE cross_app_sessions ADD COLUMN "Seat" numeric(4, 1)');
    expect(await refusedFor()).toMatch(
      /Add them: ALTER TABLE "public"\."cross_app_sessions_archive" ADD COLUMN "Seat" numeric\(4,1\)$/,
    );
    await store.knex.raw('ALTER TABLE cross_app_sessions DROP COLUMN "Seat"');
  });

  it('when there is no such table', async () => {
    expect(await refusedFor({ sessionsTable: 'handoffs' })).toMatch(/^There is no handoffs here/);
  });

  it.each<[object]>([
    [{ retentionSeconds: 59 }],
    [{ retentionSeconds: 90.5 }],
    [{ retentionSeconds: Number.NaN }],
    [{ retentionSeconds: 4_000_000_000 }],
    [{ retentionSeconds: '3600' }],
    [{ retention: 3_600 }],
    [{ keepHistory: 'no' }],
    [{ batchSize: 0 }],
  ])('%j', async (options) => {
    await insertHistory(store.knex, 1);
    await expect(cleanUpSessions(store.knex, options)).rejects.toThrow(TypeError);
    expect((await storedIds(store.knex)).sessions).toHaveLength(1);
  });
});

import { archiveSessions, cleanUpSessions, createCrossAppSessions, purgeArchive } from '../../src/index.js';
import type { ArchiveOptions, PurgeOptions } from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { clear, insertAged, insertHistory, storedIds, storedRows } from './history.js';

const DAY = 86_400;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => clear(store.knex));
afterAll(() => store.close());

describe('archiveSessions', () => {
  it('by default moves what was created more than thirty days ago', async () => {
    const moved = [
      await insertAged(store.knex, { created: 30 * DAY + 1, expired: 61 }),
      await insertAged(store.knex, { created: 365 * DAY, expired: 364 * DAY }),
    ];
    const left = await insertAged(store.knex, { created: 30 * DAY - 60, expired: 29 * DAY });
    await archiveSessions(store.knex);
    expect(await storedIds(store.knex)).toEqual({ sessions: [left], archive: moved });
  });

  it('leaves what can still be redeemed or retried, however old it is', async () => {
    const revoked = await insertAged(store.knex, { created: 40 * DAY, expired: -DAY, revoked: 1 });
    const left = [
      await insertAged(store.knex, { created: 40 * DAY, expired: -DAY }),
      await insertAged(store.knex, { created: 40 * DAY, expired: 30 }),
    ];
    await archiveSessions(store.knex);
    expect(await storedIds(store.knex)).toEqual({ sessions: left, archive: [revoked] });
  });

  it('with another age goes by that, and moves every column as it is', async () => {
    await insertHistory(store.knex, 60);
    const before = await storedRows(store.knex, 'cross_app_sessions');
    const { rows } = await archiveSessions(store.knex, { olderThanSeconds: 45 * DAY });
    expect(rows).toBeGreaterThan(20);
    expect(rows).toBeLessThan(40);
    expect(await storedRows(store.knex, 'cross_app_sessions_archive')).toEqual(before.slice(0, rows));
    expect(await storedRows(store.knex, 'cross_app_sessions')).toEqual(before.slice(rows));
  });

  it('makes an archived token unknown, as it was refused before', async () => {
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    const target = { targetApp: 'hi-events' };
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    await sessions.revoke(token);
    await store
      .knex('cross_app_sessions')
      .update({ created_at: store.knex.raw("now() - interval '31 days'") });
    expect(await archiveSessions(store.knex)).toMatchObject({ rows: 1 });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_unknown' });
  });

  it.each<[ArchiveOptions]>([
    [{ olderThanSeconds: 59 }],
    [{ olderThanSeconds: Number.POSITIVE_INFINITY }],
    [{ batchSize: 1.5 }],
    [{ retentionSeconds: 3_600 } as ArchiveOptions],
  ])('refuses %j and moves nothing', async (options) => {
    await insertHistory(store.knex, 1);
    await expect(archiveSessions(store.knex, options)).rejects.toThrow(TypeError);
    expect((await storedIds(store.knex)).sessions).toHaveLength(1);
  });
});

describe('purgeArchive', () => {
  it('deletes what was created before, from the archive only', async () => {
    await insertHistory(store.knex, 60);
    await cleanUpSessions(store.knex);
    await insertHistory(store.knex, 10);
    const before = await storedIds(store.knex);
    const { rows } = await purgeArchive(store.knex, { olderThanSeconds: 45 * DAY });
    expect(rows).toBeGreaterThan(20);
    expect(rows).toBeLessThan(40);
    const { sessions, archive } = before;
    expect(await storedIds(store.knex)).toEqual({ sessions, archive: archive.slice(rows) });
  });

  it.each<[object]>([[{}], [{ olderThanSeconds: 1 }], [{ olderThanSeconds: 3_600, keepHistory: true }]])(
    'refuses %j and deletes nothing',
    async (options) => {
      await insertHistory(store.knex, 1, 'cross_app_sessions_archive');
      await expect(purgeArchive(store.knex, options as PurgeOptions)).rejects.toThrow(TypeError);
      expect((await storedIds(store.knex)).archive).toHaveLength(1);
    },
  );
});

describe('without its archive', () => {
  beforeEach(async () => {
    await insertHistory(store.knex, 1);
    await store.knex.raw('ALTER TABLE cross_app_sessions_archive RENAME TO elsewhere');
  });
  afterEach(() => store.knex.raw('ALTER TABLE elsewhere RENAME TO cross_app_sessions_archive'));

  it('a table is not cleaned up, archived or purged, and somebody is told what to do', async () => {
    const advice =
      /^There is no archive "public"\."cross_app_sessions_archive": make it again with CREATE TABLE/;
    await expect(archiveSessions(store.knex)).rejects.toThrow(advice);
    await expect(cleanUpSessions(store.knex)).rejects.toThrow(advice);
    await expect(purgeArchive(store.knex, { olderThanSeconds: DAY })).rejects.toThrow(advice);
    expect(await store.knex('cross_app_sessions').select('id')).toHaveLength(1);
  });

  it('cleanup still deletes for good', async () => {
    expect(await cleanUpSessions(store.knex, { keepHistory: false })).toMatchObject({ rows: 1 });
  });
});

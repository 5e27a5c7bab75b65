import { createCrossAppSessions, purgeRevocations, scheduleMaintenance } from '../../src/index.js';
import type { JobReport, ScheduleOptions } from '../../src/index.js';
import { hasTurn } from '../../src/maintenance/batches.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

const DAY = 86_400;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  await store.knex('cross_app_revocations').delete();
  // One for each of 40 days, the newest of today.
  await store.knex.raw(
    `INSERT INTO cross_app_revocations (user_id, issued_before, created_at)
     SELECT n, instant, instant FROM generate_series(0, 39) n, LATERAL (SELECT now() - n * interval '1 day') at (instant)`,
  );
});
afterAll(() => store.close());

const agesLeft = async (): Promise<number[]> =>
  (await store.knex('cross_app_revocations').orderBy('created_at', 'desc').pluck('user_id')).map(Number);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('purgeRevocations', () => {
  it('deletes what is older than 31 days, and then has nothing to do', async () => {
    expect(await purgeRevocations(store.knex)).toMatchObject({ rows: 9, outcome: 'done', dryRun: false });
    expect(await agesLeft()).toEqual(upTo(31));
    expect(await purgeRevocations(store.knex)).toMatchObject({ rows: 0, outcome: 'done' });
  });

  it('goes on in batches until all are gone, and says how far it has come', async () => {
    const seen: object[] = [];
    const onProgress = (progress: object): void => void seen.push(progress);
    const options = { olderThanSeconds: 7.5 * DAY, batchSize: 15, onProgress };
    expect(await purgeRevocations(store.knex, options)).toMatchObject({ rows: 32, outcome: 'done' });
    expect(seen).toEqual([15, 30, 32].map((done) => ({ done, total: 32 })));
    expect(await agesLeft()).toEqual(upTo(8));
  });

  it('with dryRun counts, and deletes nothing', async () => {
    expect(await purgeRevocations(store.knex, { dryRun: true })).toMatchObject({ rows: 9, dryRun: true });
    expect(await agesLeft()).toHaveLength(40);
  });

  it('leaves it to another runner that is at it', async () => {
    const report = await store.knex.transaction(async (trx) => {
      await trx.raw(`SELECT ${hasTurn('revocations', '"public"."cross_app_revocations"')}`);
      return purgeRevocations(store.knex);
    });
    expect(report).toMatchObject({ rows: 0, outcome: 'busy' });
  });

  it.each([
    [{ olderThanSeconds: 59 }, /olderThanSeconds must be a whole number of seconds from 60/],
    [{ olderThanDays: 90 }, /purgeRevocations has no option "olderThanDays"/],
    [{ revocationsTable: 'a;b' }, /revocationsTable must be a name/],
    [{ revocationsTable: 'none' }, /There is no none: run cross-app migrate/],
  ])('refuses %j', async (options, message) => {
    await expect(purgeRevocations(store.knex, options as object)).rejects.toThrow(message);
  });
});

describe('scheduleMaintenance', () => {
  /** What the first job reports that has something to report. */
  function firstReport(options: ScheduleOptions): Promise<JobReport> {
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    return new Promise((resolve, reject) => {
      const schedule = scheduleMaintenance(sessions, {
        ...{ everySeconds: 1, partitions: false, cleanUp: false, onError: reject, ...options },
        onReport: (report) => {
          void schedule.stop();
          resolve(report);
        },
      });
    });
  }

  it('purges revocations, also without being asked to', async () => {
    expect(await firstReport({})).toMatchObject({ job: 'revocations', rows: 9, outcome: 'done' });
    const revocations = { olderThanSeconds: 19.5 * DAY };
    expect(await firstReport({ revocations })).toMatchObject({ job: 'revocations', rows: 11 });
  });

  it('keeps them when it is told to, and has nothing to do before the migration', async () => {
    expect(await firstReport({ revocations: false, purge: { olderThanSeconds: DAY } })).toMatchObject({
      job: 'purge',
    });
    expect(await agesLeft()).toHaveLength(40);
    await store.knex.raw('ALTER TABLE cross_app_revocations RENAME TO hidden');
    const nothing = firstReport({ everySeconds: 1 });
    expect(await Promise.race([nothing, new Promise((resolve) => setTimeout(resolve, 300, 'nothing'))])).toBe(
      'nothing',
    );
    await store.knex.raw('ALTER TABLE hidden RENAME TO cross_app_revocations');
    expect(await nothing).toMatchObject({ job: 'revocations' });
  });

  it('refuses an age that cannot be one, at once', () => {
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    expect(() => scheduleMaintenance(sessions, { revocations: { olderThanSeconds: 1 } })).toThrow(TypeError);
  });
});

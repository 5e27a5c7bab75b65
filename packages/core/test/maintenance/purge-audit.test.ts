import { createCrossAppSessions, purgeAudit, scheduleMaintenance } from '../../src/index.js';
import type { JobReport } from '../../src/index.js';
import { hasTurn } from '../../src/maintenance/batches.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

const DAY = 86_400;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  await store.knex('cross_app_audit').delete();
  // One for each of 100 days, the newest of today.
  await store.knex.raw(
    `INSERT INTO cross_app_audit (at, event, user_id)
     SELECT now() - n * interval '1 day', 'issued', n FROM generate_series(0, 99) n`,
  );
});
afterAll(() => store.close());

const agesLeft = async (): Promise<number[]> =>
  (await store.knex('cross_app_audit').orderBy('at', 'desc').pluck('user_id')).map(Number);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('purgeAudit', () => {
  it('deletes what is older than ninety days, and then has nothing to do', async () => {
    expect(await purgeAudit(store.knex)).toMatchObject({ rows: 10, outcome: 'done', dryRun: false });
    expect(await agesLeft()).toEqual(upTo(90));
    expect(await purgeAudit(store.knex)).toMatchObject({ rows: 0, outcome: 'done' });
  });

  it('goes on in batches until all are gone, and says how far it has come', async () => {
    const seen: object[] = [];
    const onProgress = (progress: object): void => void seen.push(progress);
    const report = await purgeAudit(store.knex, { olderThanSeconds: 7.5 * DAY, batchSize: 40, onProgress });
    expect(report).toMatchObject({ rows: 92, outcome: 'done' });
    expect(seen).toEqual([40, 80, 92].map((done) => ({ done, total: 92 })));
    expect(await agesLeft()).toEqual(upTo(8));
  });

  it('with dryRun counts, and deletes nothing', async () => {
    expect(await purgeAudit(store.knex, { dryRun: true })).toMatchObject({ rows: 10, dryRun: true });
    expect(await agesLeft()).toHaveLength(100);
  });

  it('once aborted ends after the batch under way', async () => {
    const abort = new AbortController();
    const options = {
      batchSize: 3,
      signal: abort.signal,
      onProgress: () => {
        abort.abort();
      },
    };
    expect(await purgeAudit(store.knex, options)).toMatchObject({ rows: 3, outcome: 'interrupted' });
    expect(await agesLeft()).toHaveLength(97);
  });

  it('leaves it to another runner that is at it', async () => {
    const report = await store.knex.transaction(async (trx) => {
      await trx.raw(`SELECT ${hasTurn('audit', '"public"."cross_app_audit"')}`);
      return purgeAudit(store.knex);
    });
    expect(report).toMatchObject({ rows: 0, outcome: 'busy' });
  });

  it.each([
    [{ olderThanSeconds: 59 }, /olderThanSeconds must be a whole number of seconds from 60/],
    [{ olderThanDays: 90 }, /purgeAudit has no option "olderThanDays"/],
  ])('refuses %j', async (options, message) => {
    await expect(purgeAudit(store.knex, options as object)).rejects.toThrow(message);
  });
});

it('scheduleMaintenance purges the audit when it is asked to', async () => {
  const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
  const report = await new Promise<JobReport>((resolve) => {
    const audit = { olderThanSeconds: 50.5 * DAY };
    const schedule = scheduleMaintenance(sessions, {
      ...{ everySeconds: 1, partitions: false, cleanUp: false, audit },
      onReport: (first) => {
        void schedule.stop();
        resolve(first);
      },
    });
  });
  expect(report).toMatchObject({ job: 'audit', rows: 49, outcome: 'done' });
  expect(() => scheduleMaintenance(sessions, { audit: { olderThanSeconds: 1 } })).toThrow(TypeError);
});

import { createCrossAppSessions, scheduleMaintenance } from '../../src/index.js';
import type {
  DatabaseSessions,
  JobReport,
  Layout,
  MaintenanceSchedule,
  ScheduleOptions,
} from '../../src/index.js';
import { hasTurn } from '../../src/maintenance/batches.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { clear, insertHistory, storedIds } from './history.js';

declare const LAYOUT: Layout;

const DAY = 86_400;

let store: TestStore;
let sessions: DatabaseSessions;
let schedules: MaintenanceSchedule[] = [];
beforeAll(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
beforeEach(() => clear(store.knex));
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  schedules = [];
});
afterAll(() => store.close());

/** Every second, without partitions and revocations unless asked for, and stopped at the end of the test. */
function schedule(options: ScheduleOptions = {}, of: DatabaseSessions = sessions): MaintenanceSchedule {
  const started = scheduleMaintenance(of, {
    ...{ everySeconds: 1, partitions: false, revocations: false },
    ...options,
  });
  schedules.push(started);
  return started;
}

/** Collects reports, and resolves when there are that many. */
function collect(wanted: number): {
  reports: JobReport[];
  onReport: (report: JobReport) => void;
  enough: Promise<void>;
} {
  const reports: JobReport[] = [];
  let resolve: () => void;
  const enough = new Promise<void>((done) => (resolve = done));
  const onReport = (report: JobReport): void => {
    if (reports.push(report) === wanted) resolve();
  };
  return { reports, onReport, enough };
}

describe('scheduleMaintenance', () => {
  it('cleans up again and again, and reports', async () => {
    await insertHistory(store.knex, 10);
    const first = collect(1);
    const both = collect(2);
    schedule({
      onReport(report) {
        first.onReport(report);
        both.onReport(report);
      },
    });
    await first.enough;
    await insertHistory(store.knex, 5);
    await both.enough;
    expect(both.reports).toMatchObject([
      { job: 'cleanUp', rows: 10, outcome: 'done', dryRun: false },
      { job: 'cleanUp', rows: 5, outcome: 'done' },
    ]);
    expect((await storedIds(store.knex)).archive).toHaveLength(15);
  });

  it('does what it is asked for, in order, with its options', async () => {
    await insertHistory(store.knex, 10);
    const { reports, onReport, enough } = collect(2);
    const archive = { olderThanSeconds: DAY, batchSize: 4 };
    schedule({ cleanUp: false, archive, purge: { olderThanSeconds: DAY }, onReport });
    await enough;
    expect(reports).toMatchObject([
      { job: 'archive', rows: 10 },
      { job: 'purge', rows: 10 },
    ]);
    expect(await storedIds(store.knex)).toEqual({ sessions: [], archive: [] });
  });

  it('unless told otherwise makes the coming partitions, where there are any, and cleans up', async () => {
    const isPartitioned = LAYOUT === 'partitioned';
    const name = `cross_app_sessions_${await monthAhead(3)}`;
    if (isPartitioned) await store.knex.raw('DROP TABLE ??', [name]);
    const { reports, onReport, enough } = collect(isPartitioned ? 2 : 1);
    schedules.push(scheduleMaintenance(sessions, { everySeconds: 1, onReport }));
    await enough;
    const made = { job: 'partitions', created: [expect.stringContaining(name)], outcome: 'done' };
    const cleanedUp = { job: 'cleanUp', outcome: 'done' };
    expect(reports).toMatchObject(isPartitioned ? [made, cleanedUp] : [cleanedUp]);
  });

  it('in two instances leaves the turn to one of them', async () => {
    const { reports, onReport, enough } = collect(1);
    await insertHistory(store.knex, 10);
    await openElsewhere(async (trx) => {
      await trx.raw(`SELECT ${hasTurn('cleanup', '"public"."cross_app_sessions"')}`);
      schedule({ onReport });
      await enough;
    });
    expect(reports).toMatchObject([{ rows: 0, outcome: 'busy' }]);
  });

  it('never begins a run before the last one has ended', async () => {
    let running = 0;
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      schedule({
        async onReport() {
          seen.push(++running);
          await new Promise((done) => setTimeout(done, 1_500));
          running -= 1;
          if (seen.length === 2) resolve();
        },
      });
    });
    expect(seen).toEqual([1, 1]);
  });

  it('goes on after an error, which it tells', async () => {
    const elsewhere = createCrossAppSessions({
      knex: store.knex,
      appId: 'tuvens',
      tables: { sessions: 'handoffs' },
    });
    const errors: unknown[] = [];
    await new Promise<void>((resolve) => {
      const onError = (error: unknown): void => {
        if (errors.push(error) === 2) resolve();
      };
      schedule({ onError }, elsewhere);
    });
    expect(errors).toEqual([
      expect.objectContaining({ name: 'MaintenanceRefused' }),
      expect.objectContaining({ name: 'MaintenanceRefused' }),
    ]);
  });

  it('makes a warning of an error that nobody wants, or that nobody can bear', async () => {
    const warnings: unknown[][] = [];
    const enough = new Promise<void>((resolve) => {
      jest.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => {
        if (warnings.push(args) === 3) resolve();
      });
    });
    const fails = (message: string) => () => Promise.reject(new TypeError(message));
    schedule({ onReport: fails('no disk'), onError: fails('no ear') });
    schedule({ everySeconds: 5, onReport: fails('no pager') });
    await enough;
    expect(warnings.every(([, name]) => name === 'CrossAppMaintenanceWarning')).toBe(true);
    expect(warnings.map(([message]) => message)).toEqual(
      expect.arrayContaining([
        'maintenance failed: TypeError: no disk',
        'maintenance failed: TypeError: no ear',
        'maintenance failed: TypeError: no pager',
      ]),
    );
  });

  it('stops after the current batch, and not before', async () => {
    await insertHistory(store.knex, 300);
    const { reports, onReport } = collect(1);
    const started = schedule({ cleanUp: { batchSize: 1 }, onReport });
    while ((await storedIds(store.knex)).archive.length === 0) await new Promise((r) => setTimeout(r, 5));
    await Promise.all([started.stop(), started.stop()]);
    const { archive } = await storedIds(store.knex);
    expect(reports).toMatchObject([{ outcome: 'interrupted', rows: archive.length }]);
    expect(archive.length).toBeLessThan(300);
    await new Promise((r) => setTimeout(r, 1_300));
    expect(reports).toHaveLength(1);
  });

  it('does not keep the process alive', () => {
    const timers: NodeJS.Timeout[] = [];
    const setTimeout_ = setTimeout;
    jest.spyOn(global, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
      const timer = setTimeout_(work, ms);
      timers.push(timer);
      return timer;
    }) as typeof setTimeout);
    schedule({ everySeconds: 604_800 });
    expect(timers.map((timer) => timer.hasRef())).toEqual([false]);
  });

  it('begins by chance within a tenth of the interval, and then waits for it more or less', async () => {
    const delays: number[] = [];
    const setTimeout_ = setTimeout;
    jest.spyOn(global, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
      if (ms > 60_000) delays.push(ms);
      return setTimeout_(work, ms > 60_000 ? 0 : ms);
    }) as typeof setTimeout);
    jest.spyOn(Math, 'random').mockReturnValue(0.75);
    const { onReport, enough } = collect(2);
    schedule({ everySeconds: 1_000, onReport });
    await enough;
    expect(delays.slice(0, 2).map(Math.round)).toEqual([75_000, 1_050_000]);
  });
});

async function monthAhead(months: number): Promise<string> {
  const { rows } = await store.knex.raw<{ rows: [{ month: string }] }>(
    "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + ? * interval '1 month', 'YYYY_MM') AS month",
    [months],
  );
  return rows[0].month;
}

async function openElsewhere(work: (trx: ReturnType<typeof openKnex>) => Promise<void>): Promise<void> {
  const knex = openKnex(store.url);
  await knex.transaction(work);
  await knex.destroy();
}

describe('scheduleMaintenance refuses at once', () => {
  it.each<[object]>([
    [{ everySeconds: 0 }],
    [{ everySeconds: 700_000 }],
    [{ every: 60 }],
    [{ cleanUp: { retentionSeconds: 1 } }],
    [{ cleanUp: { dryRun: true } }],
    [{ cleanUp: true }],
    [{ archive: { olderThan: 3_600 } }],
    [{ archive: { batchSize: 0 } }],
    [{ purge: {} }],
    [{ partitions: true }],
    [{ partitions: { ahead: -1 } }],
    [{ partitions: { dryRun: true } }],
    [{ onReport: 'yes' }],
    [{ onError: 1 }],
  ])('%j', (options) => {
    expect(() => scheduleMaintenance(sessions, options as ScheduleOptions)).toThrow(TypeError);
  });

  it.each([[undefined], [null], [{}], ['sessions']])('sessions that are not of the database: %j', (other) => {
    expect(() => scheduleMaintenance(other as unknown as DatabaseSessions)).toThrow(
      /takes what createCrossAppSessions returned/,
    );
  });

  it('a copy of the sessions, which is another object', () => {
    expect(() => scheduleMaintenance({ ...sessions })).toThrow(TypeError);
  });
});

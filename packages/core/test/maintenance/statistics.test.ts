import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { createCrossAppSessions, sessionStatistics } from '../../src/index.js';
import type { DayStatistics, SessionCounts } from '../../src/index.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
let today: string;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  await store.knex.raw('TRUNCATE cross_app_sessions, cross_app_sessions_archive');
  const { rows } = await store.knex.raw<{ rows: { today: string }[] }>(
    "SELECT (now() AT TIME ZONE 'UTC')::date::text AS today",
  );
  today = rows[0]?.today ?? '';
});
afterAll(() => store.close());

const dayBefore = (days: number): string =>
  new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);

/** An instant of that day by UTC, as `at(1, '23:59:59.999999')` for the end of yesterday. */
const at = (daysAgo: number, time = '12:00:00'): string => `${dayBefore(daysAgo)}T${time}Z`;

interface Columns {
  readonly created_at: string;
  readonly expires_at?: string;
  readonly token_hash?: string;
  readonly used_at?: string;
  readonly revoked_at?: string;
  readonly replays?: number;
  readonly target_app?: string;
}

/** Rows which expire a quarter of an hour after their creation, unless they say when. */
async function insert(rows: readonly Columns[], table = 'cross_app_sessions'): Promise<void> {
  for (const row of rows) {
    await store.knex(table).insert({
      token_hash: randomBytes(32).toString('hex'),
      user_id: store.userId,
      expires_at: store.knex.raw("?::timestamptz + interval '15 minutes'", [row.created_at]),
      ...row,
    });
  }
}

const nothing: SessionCounts = {
  created: 0,
  used: 0,
  revoked: 0,
  expiredUnused: 0,
  replaysRefused: 0,
  medianSecondsToRedeem: null,
  p95SecondsToRedeem: null,
};

/** Used that many seconds after its creation at noon. */
const usedAfter = (seconds: number, more: object = {}): Columns => ({
  created_at: at(2),
  used_at: at(2, `12:00:${String(seconds).padStart(2, '0')}`),
  ...more,
});

describe('sessionStatistics', () => {
  it('has seven days with zeros where nothing was created, newest first', async () => {
    expect(await sessionStatistics(store.knex)).toEqual({
      from: dayBefore(6),
      to: today,
      days: [0, 1, 2, 3, 4, 5, 6].map((days) => ({ date: dayBefore(days), ...nothing })),
      totals: nothing,
    });
  });

  it('counts what became of the sessions of each day', async () => {
    await insert([
      { created_at: at(0, '00:00:00'), expires_at: '2999-01-01T00:00:00Z' }, // alive
      { created_at: at(1) }, // nobody came
      { created_at: at(1) },
      { created_at: at(1), revoked_at: at(1, '12:01:00') }, // revoked, so it did not expire unused
      { created_at: at(1), used_at: at(1, '12:00:08'), replays: 3 }, // used, likewise
      { created_at: at(1), used_at: at(1, '12:00:04'), revoked_at: at(1, '12:05:00'), replays: 1 },
      { created_at: at(6), used_at: at(6, '12:00:01') },
      { created_at: at(7) }, // too long ago
    ]);
    const yesterday = {
      created: 5,
      used: 2,
      revoked: 2,
      expiredUnused: 2,
      replaysRefused: 4,
      medianSecondsToRedeem: 6,
      p95SecondsToRedeem: 7.8,
    };
    const { days, totals } = await sessionStatistics(store.knex);
    expect(days).toEqual([
      { date: today, ...nothing, created: 1 },
      { date: dayBefore(1), ...yesterday },
      ...[2, 3, 4, 5].map((before) => ({ date: dayBefore(before), ...nothing })),
      {
        date: dayBefore(6),
        ...nothing,
        created: 1,
        used: 1,
        medianSecondsToRedeem: 1,
        p95SecondsToRedeem: 1,
      },
    ]);
    expect(totals).toEqual({
      ...yesterday,
      created: 7,
      used: 3,
      medianSecondsToRedeem: 4,
      p95SecondsToRedeem: 7.6,
    });
  });

  it('interpolates median and 95th percentile, to the millisecond', async () => {
    await insert([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((seconds) => usedAfter(seconds)));
    await insert([{ created_at: at(2), used_at: at(2, '12:00:20.123456') }, { created_at: at(2) }]);
    const { days } = await sessionStatistics(store.knex, { days: 3 });
    // 12 values: the middle is between the 6th and 7th, and 0.95 × 11 = 10.45 is between 11 and 20.123456.
    expect(days[2]).toMatchObject({
      created: 13,
      used: 12,
      medianSecondsToRedeem: 6.5,
      p95SecondsToRedeem: 15.106,
    });
  });

  it('begins and ends a day at midnight by UTC, whatever the time zone of the client', async () => {
    await insert([
      { created_at: at(2, '23:59:59.999999') },
      { created_at: at(1, '00:00:00') },
      { created_at: at(1, '23:59:59.999999') },
      { created_at: at(0, '00:00:00'), expires_at: '2999-01-01T00:00:00Z' },
      { created_at: at(-1, '00:00:00'), expires_at: '2999-01-01T00:00:00Z' }, // by a clock that is wrong
    ]);
    for (const zone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const knex = openKnex(`${store.url}?options=-c%20TimeZone%3D${zone}`);
      expect((await knex.raw<{ rows: object[] }>('SHOW TimeZone')).rows).toEqual([{ TimeZone: zone }]);
      const { from, to, days, totals } = await sessionStatistics(knex, { days: 2 });
      expect({ from, to }).toEqual({ from: dayBefore(1), to: today });
      expect(days.map(({ date, created }) => [date, created])).toEqual([
        [today, 1],
        [dayBefore(1), 2],
      ]);
      expect(totals.created).toBe(3);
      await knex.destroy();
    }
  });

  it('counts the archive too, and a session that a restore has put into both once, as the archive has it', async () => {
    const token_hash = 'ab'.repeat(32);
    const both = { token_hash, created_at: at(2) };
    await insert([{ ...both, revoked_at: at(0, '00:00:00') }, { created_at: at(2) }]);
    await insert(
      [{ ...both, used_at: at(2, '12:00:05'), replays: 2 }, usedAfter(9)],
      'cross_app_sessions_archive',
    );
    const { days } = await sessionStatistics(store.knex);
    expect(days[2]).toEqual({
      date: dayBefore(2),
      ...{ created: 3, used: 2, revoked: 0, expiredUnused: 1, replaysRefused: 2 },
      ...{ medianSecondsToRedeem: 7, p95SecondsToRedeem: 8.8 },
    });
  });

  it('by target app has a line for each day and app', async () => {
    await insert([
      usedAfter(4, { target_app: 'hi-events' }),
      usedAfter(6, { target_app: 'hi-events' }),
      { created_at: at(1), target_app: 'Shop' },
    ]);
    const { days, totals } = await sessionStatistics(store.knex, { days: 3, byTargetApp: true });
    const line = ({ date, targetApp, created, medianSecondsToRedeem }: DayStatistics): unknown[] => [
      date,
      targetApp,
      created,
      medianSecondsToRedeem,
    ];
    expect(days.map(line)).toEqual([
      [today, 'Shop', 0, null],
      [today, 'hi-events', 0, null],
      [dayBefore(1), 'Shop', 1, null],
      [dayBefore(1), 'hi-events', 0, null],
      [dayBefore(2), 'Shop', 0, null],
      [dayBefore(2), 'hi-events', 2, 5],
    ]);
    expect(totals).toMatchObject({ created: 3, used: 2, medianSecondsToRedeem: 5 });
    await store.knex('cross_app_sessions').delete();
    expect(await sessionStatistics(store.knex, { byTargetApp: true })).toMatchObject({
      days: [],
      totals: nothing,
    });
  });

  it('agrees with what the verbs have done', async () => {
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    const target = { targetApp: 'hi-events' };
    const issue = async (): Promise<string> =>
      (await sessions.issue({ userId: store.userId, ...target })).token;
    const [used, revoked] = [await issue(), await issue()];
    await issue();
    await sessions.redeem(used, target);
    await expect(sessions.redeem(used, target)).rejects.toMatchObject({ code: 'token_used' });
    await expect(sessions.redeem(used, target)).rejects.toMatchObject({ code: 'token_used' });
    await sessions.revoke(revoked);
    const { totals } = await sessionStatistics(store.knex);
    expect(totals).toMatchObject({ created: 3, used: 1, revoked: 1, expiredUnused: 0, replaysRefused: 2 });
    expect(totals.medianSecondsToRedeem).toBe(totals.p95SecondsToRedeem);
  });

  it('finds the rows by the index on created_at, and never writes', async () => {
    await store.knex.raw(
      `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at, created_at)
       SELECT encode(sha256(n::text::bytea), 'hex'), ?, now(), now() - n * interval '1 hour'
       FROM generate_series(1, 20000) n`,
      [store.userId],
    );
    await store.knex.raw('ANALYZE cross_app_sessions');
    const statements: { sql: string; bindings: unknown[] }[] = [];
    const watch = (query: { sql: string; bindings: unknown[] }): unknown => statements.push(query);
    store.knex.on('query', watch);
    await sessionStatistics(store.knex);
    store.knex.off('query', watch);
    const counting = statements.find(({ sql }) => sql.includes('percentile_cont'));
    expect(await explain(store.knex, counting)).toMatch(
      /Scan .* (idx_cross_app_sessions_created_at|cross_app_sessions_(?!archive)\w+_created_at_idx)/,
    );
    expect(statements[0]?.sql).toMatch(/^BEGIN .* READ ONLY;$/);
  });

  it.each([0, 367, 1.5, '7', null])('refuses %j days', async (days) => {
    await expect(sessionStatistics(store.knex, { days: days as number })).rejects.toThrow(
      /^days must be a whole number from 1 to 366/,
    );
  });

  it('refuses an option that it does not have', async () => {
    await expect(sessionStatistics(store.knex, { day: 7 } as object)).rejects.toThrow(/has no option "day"/);
  });

  it('says what to do where there are no tables', async () => {
    await expect(sessionStatistics(store.knex, { sessionsTable: 'other' })).rejects.toThrow(
      /^There is no other here .* run cross-app migrate/,
    );
  });
});

async function explain(knex: Knex, query: { sql: string; bindings: unknown[] } | undefined): Promise<string> {
  // knex.raw would take the $1 of the statement for a text of its own.
  const pool = knex.client as {
    acquireConnection(): Promise<Connection>;
    releaseConnection(connection: Connection): Promise<void>;
  };
  const connection = await pool.acquireConnection();
  try {
    const { rows } = await connection.query(`EXPLAIN ${query?.sql ?? ''}`, query?.bindings ?? []);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await pool.releaseConnection(connection);
  }
}

interface Connection {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, string>[] }>;
}

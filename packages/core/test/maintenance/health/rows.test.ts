import { openTestStore } from '../../database.js';
import type { TestStore } from '../../database.js';
import { check, currentLeaf, isPartitioned } from './checks.js';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const HOUR = 3600;
const DAY = 24 * HOUR;

let made = 0;
async function insertExpired(secondsAgo: number): Promise<void> {
  made += 1;
  await store.knex.raw(
    `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
     VALUES (encode(sha256(?::bytea), 'hex'), 11, now() - ? * interval '1 second')`,
    [String(made), secondsAgo],
  );
}

describe('the check of cleanup', () => {
  it('warns when cleanup is a day behind its retention, and fails from a week on', async () => {
    const nothing = { status: 'ok', message: 'nothing that cleanup should have taken', advice: null };
    expect(await check(store.knex, 'cleanup')).toMatchObject(nothing);
    await insertExpired(DAY - 60);
    expect(await check(store.knex, 'cleanup')).toMatchObject({
      ...nothing,
      values: { lagSeconds: 0, dueRows: 0 },
    });
    await insertExpired(DAY + HOUR);
    expect(await check(store.knex, 'cleanup')).toMatchObject({
      status: 'ok',
      message: 'cleanup should have taken 1 row, the oldest 1 hour ago',
      values: { dueRows: 1 },
    });
    await insertExpired(3 * DAY);
    expect(await check(store.knex, 'cleanup')).toMatchObject({
      status: 'warn',
      message: 'cleanup should have taken 2 rows, the oldest 2 days ago',
      advice: expect.stringContaining('cross-app cleanup'),
    });
    await insertExpired(8 * DAY + 1);
    expect(await check(store.knex, 'cleanup')).toMatchObject({ status: 'fail', values: { dueRows: 3 } });
  });

  it('goes by the retention that cleanup is told', async () => {
    await insertExpired(9 * DAY);
    const withRetention = (retentionSeconds: number) => check(store.knex, 'cleanup', { retentionSeconds });
    expect(await withRetention(9 * DAY + HOUR)).toMatchObject({ status: 'ok', values: { dueRows: 0 } });
    expect(await withRetention(7 * DAY)).toMatchObject({ status: 'warn' });
    expect(await withRetention(0)).toMatchObject({ status: 'fail' });
  });
});

describe('the check of ids', () => {
  const next = (id: string): Promise<unknown> =>
    store.knex.raw(`SELECT setval(pg_get_serial_sequence('cross_app_sessions', 'id'), ${id})`);

  it('warns and fails as a bigint sequence nears its end', async () => {
    expect(await check(store.knex, 'ids')).toMatchObject({
      status: 'ok',
      message: '0% of what bigint ids from cross_app_sessions_id_seq go up to',
      values: { usedShare: 0 },
    });
    await next('7000000000000000000');
    expect(await check(store.knex, 'ids')).toMatchObject({ status: 'warn' });
    await next('9000000000000000000');
    expect(await check(store.knex, 'ids')).toMatchObject({ status: 'fail' });
  });

  it("knows where the integer ids of a seed's table end, whatever the sequence says, and its advice helps", async () => {
    await store.knex.raw(`ALTER TABLE cross_app_sessions ALTER id TYPE integer;
      ALTER SEQUENCE cross_app_sessions_id_seq AS bigint NO MAXVALUE`);
    await next('1400000000');
    expect(await check(store.knex, 'ids')).toMatchObject({ status: 'ok', values: { left: 747_483_647 } });
    await next('1600000000');
    const warning = await check(store.knex, 'ids');
    expect(warning).toMatchObject({
      status: 'warn',
      message: '74% of what integer ids from cross_app_sessions_id_seq go up to',
    });
    await next('2147483647');
    expect(await check(store.knex, 'ids')).toMatchObject({
      status: 'fail',
      values: { left: 0, usedShare: 1 },
    });
    const statements = (warning.advice ?? '').match(/ALTER TABLE [^,]+|ALTER SEQUENCE [^;]+/g) ?? [];
    expect(statements).toHaveLength(2);
    // A partition has a type of its own to be changed, which follows the table's.
    for (const statement of statements) await store.knex.raw(statement);
    expect(await check(store.knex, 'ids')).toMatchObject({ status: 'ok' });
  });

  it('is content where ids do not come from a sequence', async () => {
    await store.knex.raw('ALTER TABLE cross_app_sessions ALTER id DROP IDENTITY');
    expect(await check(store.knex, 'ids')).toMatchObject({
      status: 'ok',
      message: 'they do not come from a sequence',
      values: { usedShare: null, left: null },
    });
  });
});

describe('the check of partitions', () => {
  if (!isPartitioned) {
    it('has nothing to say of a plain table', async () => {
      expect(await check(store.knex, 'partitions')).toEqual({
        name: 'partitions',
        status: 'ok',
        message: 'the table is not partitioned',
        advice: null,
        values: { secondsLeft: null, defaultRows: null },
      });
    });
    return;
  }

  /** Seconds until that many months from the first of this one. */
  async function secondsUntil(months: number): Promise<number> {
    const { rows } = await store.knex.raw<{ rows: { seconds: number }[] }>(
      `SELECT extract(epoch FROM
         (date_trunc('month', now() AT TIME ZONE 'UTC') + ? * interval '1 month') AT TIME ZONE 'UTC' - now())::float8 AS seconds`,
      [months],
    );
    return rows[0]?.seconds ?? 0;
  }

  async function monthly(): Promise<string[]> {
    const { rows } = await store.knex.raw<{ rows: { name: string }[] }>(
      `SELECT relname AS name FROM pg_class WHERE relname ~ '^cross_app_sessions_\\d{4}_\\d\\d$' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  it('knows how long they last, to the first one that is missing', async () => {
    const all = await secondsUntil(4);
    const { status, message, values } = await check(store.knex, 'partitions');
    expect({ status, message }).toEqual({
      status: 'ok',
      message: expect.stringMatching(/^partitions for \d+ more days, nothing in the default partition$/),
    });
    expect(values['secondsLeft']).toBeLessThanOrEqual(all);
    expect(values['secondsLeft']).toBeGreaterThanOrEqual(await secondsUntil(4));

    const [, , third = ''] = await monthly();
    await store.knex.raw(`DROP TABLE ${third}`);
    const gap = await secondsUntil(2);
    const left = (await check(store.knex, 'partitions')).values['secondsLeft'];
    expect(left).toBeLessThanOrEqual(gap);
    expect(left).toBeGreaterThanOrEqual(await secondsUntil(2));
  });

  it('warns when they end soon and fails when there is none for now', async () => {
    const [current = '', ...coming] = await monthly();
    await store.knex.raw(`DROP TABLE ${coming.join(', ')}`);
    const days = (await secondsUntil(1)) / DAY;
    const judged = (warn: number, fail: number) =>
      check(store.knex, 'partitions', { thresholds: { partitionDaysLeft: { warn, fail } } });
    expect(await judged(Math.max(0, days - 1), 0)).toMatchObject({ status: 'ok' });
    expect(await judged(days, 0)).toMatchObject({
      status: 'warn',
      advice: expect.stringContaining('cross-app partition'),
    });
    expect(await judged(days, days)).toMatchObject({ status: 'fail' });
    await store.knex.raw(`DROP TABLE ${current}`);
    expect(await check(store.knex, 'partitions')).toMatchObject({
      status: 'fail',
      message: 'partitions for 0 more days, nothing in the default partition',
      values: { secondsLeft: 0 },
    });
  });

  it('warns about rows in the default partition, and when there is none', async () => {
    const leaf = await currentLeaf(store.knex);
    await store.knex.raw(`ALTER TABLE cross_app_sessions DETACH PARTITION ${leaf}`);
    await insertExpired(0);
    await store.knex.raw(`ALTER TABLE ${leaf} RENAME TO aside`);
    const bounds = "FOR VALUES FROM ('2000-01-01 00:00+00') TO ('2000-02-01 00:00+00')";
    await store.knex.raw(`ALTER TABLE cross_app_sessions ATTACH PARTITION aside ${bounds}`);
    expect(await check(store.knex, 'partitions')).toMatchObject({
      message: expect.stringMatching(/1 row in the default partition$/),
      values: { defaultRows: 1 },
    });
    await store.knex.raw('DROP TABLE cross_app_sessions_default');
    expect(await check(store.knex, 'partitions')).toMatchObject({
      message: expect.stringMatching(/no default partition$/),
      advice: expect.stringContaining('sign-in stops when they end'),
      values: { defaultRows: null },
    });
  });

  it('sees no end where the last one has none', async () => {
    const [last = ''] = (await monthly()).slice(-1);
    await store.knex.raw(`ALTER TABLE cross_app_sessions DETACH PARTITION ${last}`);
    const [, year = '', month = ''] = /(\d{4})_(\d\d)$/.exec(last) ?? [];
    await store.knex.raw(
      `ALTER TABLE cross_app_sessions ATTACH PARTITION ${last} FOR VALUES FROM ('${year}-${month}-01 00:00+00') TO (MAXVALUE)`,
    );
    expect(await check(store.knex, 'partitions')).toMatchObject({
      status: 'ok',
      message: 'partitions without an end, nothing in the default partition',
      values: { secondsLeft: null },
    });
  });
});

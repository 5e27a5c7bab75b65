import { openTestStore } from '../../database.js';
import type { TestStore } from '../../database.js';
import { check, counted, currentLeaf, fill } from './checks.js';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

describe('the check of size', () => {
  it('adds up what PostgreSQL says of the sessions, their indexes and the archive', async () => {
    await fill(store.knex, 1000);
    const { rows } = await store.knex.raw<{ rows: { bytes: string }[] }>(
      `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class
       WHERE relname LIKE 'cross\\_app\\_sessions%' AND relkind = 'r'`,
    );
    const bytes = Number(rows[0]?.bytes);
    const { status, values } = await check(store.knex, 'size');
    const { tableBytes, indexBytes, archiveBytes } = values;
    expect(Number(tableBytes) + Number(indexBytes) + Number(archiveBytes)).toBe(bytes);
    expect(status).toBe('ok');
    const at = (warn: number, fail: number): Promise<unknown> =>
      check(store.knex, 'size', { thresholds: { sizeBytes: { warn, fail } } });
    expect(await at(bytes + 1, Infinity)).toMatchObject({ status: 'ok', advice: null });
    expect(await at(bytes, Infinity)).toMatchObject({
      status: 'warn',
      advice: expect.stringContaining('cleanup'),
    });
    expect(await at(bytes, bytes)).toMatchObject({ status: 'fail' });
  });
});

describe('the check of dead rows', () => {
  it('warns from a fifth on and fails from a half on, and VACUUM helps', async () => {
    await fill(store.knex, 40_000);
    expect(await check(store.knex, 'dead_rows')).toMatchObject({
      status: 'ok',
      values: { liveRows: 40_000, deadRows: 0, deadRowsShare: 0 },
    });
    await counted(store.knex, 'DELETE FROM cross_app_sessions WHERE id <= 10000');
    const warning = await check(store.knex, 'dead_rows');
    expect(warning).toMatchObject({
      status: 'warn',
      message: '10,000 dead rows beside 30,000 live ones in public.cross_app_sessions (25%)',
      values: { liveRows: 30_000, deadRows: 10_000, deadRowsShare: 0.25 },
    });
    await counted(store.knex, 'DELETE FROM cross_app_sessions WHERE id <= 20000');
    expect(await check(store.knex, 'dead_rows')).toMatchObject({ status: 'fail' });
    const [statement = ''] = (warning.advice ?? '').split(';');
    await store.knex.raw(statement);
    expect(await check(store.knex, 'dead_rows')).toMatchObject({ status: 'ok', values: { deadRows: 0 } });
  });

  it('says nothing of a share of few rows', async () => {
    await fill(store.knex, 9_999);
    await counted(store.knex, 'DELETE FROM cross_app_sessions');
    expect(await check(store.knex, 'dead_rows')).toMatchObject({
      status: 'ok',
      values: { deadRows: 9_999, deadRowsShare: 1 },
    });
  });

  it('looks at the archive as well', async () => {
    await store.knex.raw('ALTER TABLE cross_app_sessions_archive SET (autovacuum_enabled = false)');
    await counted(
      store.knex,
      `INSERT INTO cross_app_sessions_archive (token_hash, user_id, expires_at)
       SELECT encode(sha256(n::text::bytea), 'hex'), 11, now() FROM generate_series(1, 10000) n`,
    );
    await counted(store.knex, 'DELETE FROM cross_app_sessions_archive');
    expect(await check(store.knex, 'dead_rows')).toMatchObject({
      status: 'fail',
      message: '10,000 dead rows beside 0 live ones in public.cross_app_sessions_archive (100%)',
      values: { archiveDeadRows: 10_000, deadRows: 0 },
    });
  });
});

describe('the check of bloat', () => {
  it('estimates the empty part of the table from the widths of its rows', async () => {
    await fill(store.knex, 20_000);
    await store.knex.raw('VACUUM (ANALYZE) cross_app_sessions');
    const bloat = (warn: number, fail: number) =>
      check(store.knex, 'bloat', { thresholds: { bloatBytes: { warn, fail } } });
    const full = await bloat(1, 2);
    expect(full).toMatchObject({ status: 'ok', advice: null });
    expect(full.values['bloatShare']).toBeLessThan(0.2);

    await store.knex.raw('DELETE FROM cross_app_sessions WHERE id % 4 <> 0');
    await store.knex.raw('VACUUM (ANALYZE) cross_app_sessions');
    const empty = await bloat(1024 ** 2, Infinity);
    expect(empty).toMatchObject({ status: 'warn', advice: expect.stringContaining('pg_repack') });
    expect(empty.values['bloatShare']).toBeGreaterThan(0.65);
    expect(empty.values['bloatShare']).toBeLessThan(0.85);
    expect(await bloat(1, 1024 ** 2)).toMatchObject({ status: 'fail' });
    expect(await check(store.knex, 'bloat')).toMatchObject({ status: 'ok' });

    await store.knex.raw(`VACUUM (FULL, ANALYZE) ${await currentLeaf(store.knex)}`);
    expect(await bloat(1, 2)).toMatchObject({ status: 'ok' });
  });

  it('is not estimated before the first analyze', async () => {
    await fill(store.knex, 1000);
    expect(await check(store.knex, 'bloat', { thresholds: { bloatBytes: { warn: 1 } } })).toMatchObject({
      status: 'ok',
      message: 'not estimated before the first analyze',
    });
  });
});

import { openKnex, openTestStore } from '../../database.js';
import type { TestStore } from '../../database.js';
import { check, counted, currentLeaf, fill } from './checks.js';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const ROWS = 12_000;

describe.each([
  {
    name: 'vacuum',
    threshold: 'vacuumAgeSeconds',
    change: 'DELETE FROM cross_app_sessions',
    sentence: /has 12,000 dead rows, and never had a vacuum$/,
  },
  {
    name: 'analyze',
    threshold: 'analyzeAgeSeconds',
    change: 'UPDATE cross_app_sessions SET used_at = now()',
    sentence: /has 24,000 rows changed, and never had an analyze$/,
  },
] as const)('the check of the last $name', ({ name, threshold, change, sentence }) => {
  const judged = (warn: number, fail: number) =>
    check(store.knex, name, { thresholds: { [threshold]: { warn, fail } } });

  it('warns where there never was one and much has changed, and its advice helps', async () => {
    expect(await check(store.knex, name)).toMatchObject({
      status: 'ok',
      message: 'not overdue; there was none yet',
      values: { secondsSinceLast: null, tablesOverdue: 0 },
    });
    await fill(store.knex, ROWS);
    await counted(store.knex, change);
    const never = await check(store.knex, name);
    const leaf = await currentLeaf(store.knex);
    expect(never).toMatchObject({ status: 'warn', values: { secondsSinceLast: null, tablesOverdue: 1 } });
    expect(never.message).toContain(`public.${leaf} has `);
    expect(never.message).toMatch(sentence);
    await store.knex.raw(never.advice ?? '');
    expect(await judged(0, 0)).toMatchObject({ status: 'ok', values: { tablesOverdue: 0 } });
  });

  it('goes by its age only where enough has changed since', async () => {
    await fill(store.knex, ROWS);
    await store.knex.raw('VACUUM (ANALYZE) cross_app_sessions');
    const early = await judged(0, 0);
    expect(early).toMatchObject({ status: 'ok', advice: null });
    expect(early.values['secondsSinceLast']).toBeGreaterThanOrEqual(0);
    await counted(store.knex, change);
    expect(await judged(0, Infinity)).toMatchObject({ status: 'warn' });
    expect(await judged(0, 0)).toMatchObject({ status: 'fail' });
    // It was seconds ago.
    expect(await check(store.knex, name)).toMatchObject({ status: 'ok' });
  });
});

describe('the check of autovacuum', () => {
  it('warns about a table that has it off', async () => {
    expect(await check(store.knex, 'autovacuum')).toMatchObject({ status: 'ok', message: 'on' });
    const leaf = await currentLeaf(store.knex);
    await store.knex.raw(`ALTER TABLE ${leaf} SET (autovacuum_enabled = off)`);
    expect(await check(store.knex, 'autovacuum')).toMatchObject({
      status: 'warn',
      message: `off for public.${leaf}`,
      values: { tablesOff: 1 },
    });
    await store.knex.raw(`ALTER TABLE ${leaf} RESET (autovacuum_enabled)`);
    expect(await check(store.knex, 'autovacuum')).toMatchObject({ status: 'ok' });
  });
});

describe('the check of wraparound', () => {
  it('warns and fails as transaction ids are used up, and VACUUM (FREEZE) helps', async () => {
    const before = await check(store.knex, 'wraparound');
    expect(before).toMatchObject({ status: 'ok', message: expect.stringMatching(/^under 1% of/) });
    // Other tests use them up as well, but not that many in a moment.
    const limit = (Number(before.values['frozenAge']) + 20_000) / 2 ** 31;
    const judged = (warn: number, fail: number) =>
      check(store.knex, 'wraparound', { thresholds: { frozenAgeShare: { warn, fail } } });
    expect(await judged(limit, limit)).toMatchObject({ status: 'ok' });
    await store.knex.raw(`DO $$ BEGIN
      FOR n IN 1..40000 LOOP
        BEGIN INSERT INTO account_members VALUES (0, 0); EXCEPTION WHEN OTHERS THEN NULL; END;
      END LOOP;
    END $$`);
    expect(await judged(limit, 1)).toMatchObject({ status: 'warn' });
    expect(await judged(limit, limit)).toMatchObject({ status: 'fail' });
    await store.knex.raw('VACUUM (FREEZE) cross_app_sessions');
    await store.knex.raw('VACUUM (FREEZE) cross_app_sessions_archive');
    expect(await judged(limit, limit)).toMatchObject({ status: 'ok' });
  });
});

describe('the check of transactions', () => {
  const judged = (warn: number, fail: number) =>
    check(store.knex, 'transactions', { thresholds: { transactionSeconds: { warn, fail } } });

  it('warns about one that stays open, says whose it is and not what it does', async () => {
    expect(await judged(0.001, Infinity)).toMatchObject({ status: 'ok', message: 'none is open' });
    const forgetful = openKnex(`${store.url}?application_name=forgetful`);
    const trx = await forgetful.transaction();
    await trx.raw("SELECT 'a secret', pg_sleep(0.05)");
    const warning = await judged(0.001, Infinity);
    expect(warning).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(
        /^the oldest has been open for \d+ seconds?: process \d+ \(.*, forgetful, idle in transaction\)$/,
      ),
      values: { open: 1 },
    });
    expect(JSON.stringify(warning)).not.toContain('secret');
    expect(await judged(0.001, 0.001)).toMatchObject({ status: 'fail' });
    expect(await check(store.knex, 'transactions')).toMatchObject({ status: 'ok' });

    const [terminate = ''] = /SELECT pg_terminate_backend\(\d+\)/.exec(warning.advice ?? '') ?? [];
    await store.knex.raw(terminate);
    await trx.rollback().catch(() => undefined); // its connection is gone
    await forgetful.destroy();
    expect(await judged(0.001, Infinity)).toMatchObject({ status: 'ok' });
  });
});

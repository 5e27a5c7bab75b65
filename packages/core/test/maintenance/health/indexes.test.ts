import { openTestStore } from '../../database.js';
import type { TestStore } from '../../database.js';
import { check, counted, currentLeaf, fill, isPartitioned } from './checks.js';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

describe('the check of indexes', () => {
  it.each(['expires_at', 'user_id', 'created_at', 'cleanup'])(
    'warns when the one called …_%s is missing, and its advice brings it back',
    async (name) => {
      const all = await check(store.knex, 'indexes');
      expect(all).toMatchObject({ status: 'ok', message: '6 indexes, all valid', advice: null });
      const index = `idx_cross_app_sessions_${name}`;
      await store.knex.raw(`DROP INDEX ${index}`);
      const { advice, ...missing } = await check(store.knex, 'indexes');
      expect(missing).toEqual({
        name: 'indexes',
        status: 'warn',
        message: `missing: ${index}`,
        values: { missing: 1, invalid: 0 },
      });
      await store.knex.raw(advice ?? '');
      expect(await check(store.knex, 'indexes')).toEqual(all);
    },
  );

  it('fails when nothing keeps a token from being there twice, and its advice helps', async () => {
    await store.knex.raw('DROP INDEX idx_cross_app_sessions_token_hash');
    const missing = await check(store.knex, 'indexes');
    expect(missing).toMatchObject({
      status: 'fail',
      message: 'nothing keeps a token from being there twice; missing: idx_cross_app_sessions_token_hash',
    });
    // One that is not unique does not help.
    await store.knex.raw('CREATE INDEX idx_cross_app_sessions_token_hash ON cross_app_sessions (token_hash)');
    expect(await check(store.knex, 'indexes')).toMatchObject({ status: 'fail', values: { missing: 0 } });
    await store.knex.raw('DROP INDEX idx_cross_app_sessions_token_hash');
    await store.knex.raw(missing.advice ?? '');
    expect(await check(store.knex, 'indexes')).toMatchObject({ status: 'ok' });
  });

  it('warns about one that was not finished, and its advice finishes it', async () => {
    const leaf = await currentLeaf(store.knex);
    await fill(store.knex, 2);
    await expect(
      store.knex.raw(`CREATE UNIQUE INDEX CONCURRENTLY unfinished ON ${leaf} (user_id)`),
    ).rejects.toMatchObject({ code: '23505' });
    const invalid = await check(store.knex, 'indexes');
    expect(invalid).toMatchObject({
      status: 'warn',
      message: 'invalid: unfinished',
      values: { missing: 0, invalid: 1 },
    });
    await store.knex.raw('DELETE FROM cross_app_sessions WHERE id = 1');
    const [statement = ''] = (invalid.advice ?? '').split(',');
    await store.knex.raw(statement);
    expect(await check(store.knex, 'indexes')).toMatchObject({ status: 'ok' });
  });

  if (isPartitioned) {
    it('warns about one that not every partition has', async () => {
      await store.knex.raw(`DROP INDEX idx_cross_app_sessions_user_id;
        CREATE INDEX idx_cross_app_sessions_user_id ON ONLY cross_app_sessions (user_id)`);
      expect(await check(store.knex, 'indexes')).toMatchObject({
        status: 'warn',
        message: 'invalid: idx_cross_app_sessions_user_id',
        advice: expect.stringContaining('ATTACH PARTITION'),
      });
    });
  }
});

describe('the check of unused indexes', () => {
  const SCAN = 'SELECT FROM cross_app_sessions';
  const judged = (warn: number, fail = Infinity) =>
    check(store.knex, 'unused_indexes', { thresholds: { unusedIndexScans: { warn, fail } } });

  it('warns about one that nothing has used while the table was', async () => {
    await fill(store.knex, 100);
    await store.knex.raw('CREATE INDEX too_many ON cross_app_sessions (source_app)');
    await counted(store.knex, SCAN, 20);
    expect(await check(store.knex, 'unused_indexes')).toMatchObject({ status: 'ok', values: { unused: 1 } });
    expect(await judged(20)).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(
        /^too_many \(\d+ kB\): not used by any of \d+ scans of the table since the database was made$/,
      ),
      advice: expect.stringMatching(/^DROP INDEX CONCURRENTLY.*too_many$/),
    });
    expect(await judged(20, 20)).toMatchObject({ status: 'fail' });

    await store.knex.transaction(async (trx) => {
      await trx.raw('SET LOCAL enable_seqscan = off');
      await trx.raw("SELECT FROM cross_app_sessions WHERE source_app = 'tuvens'");
      await trx.raw('SELECT pg_stat_force_next_flush()');
    });
    expect(await judged(20, 20)).toMatchObject({ status: 'ok', values: { unused: 0 } });
  });

  it('names those of ours without a warning, for each serves something that may not have run yet', async () => {
    await counted(store.knex, SCAN, 20);
    expect(await judged(1)).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/so far without idx_cross_app_sessions_cleanup, .*_user_id$/),
      values: { unused: 0, unusedOfOurs: 4 },
    });
  });

  it('says since when PostgreSQL counts', async () => {
    await store.knex.raw('SELECT pg_stat_reset()');
    const { values, message } = await check(store.knex, 'unused_indexes');
    expect(values['since']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(message).toContain(`since ${String(values['since'])}`);
  });
});

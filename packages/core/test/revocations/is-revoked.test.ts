import { endsDerivedSession } from '@cross-app/protocol';
import type { DerivedSession, Revocation } from '@cross-app/protocol';
import fc from 'fast-check';
import { createCrossAppSessions, createRevocationList } from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

// Few values each, so that matches are as frequent as misses; instants a millisecond apart.
const hash = fc.constantFrom('a'.repeat(64), 'b'.repeat(64));
const id = fc.constantFrom('11', '12');
const app = fc.constantFrom('tuvens', 'hi-events');
const instant = fc.integer({ min: 0, max: 3 }).map((ms) => new Date(Date.UTC(2026, 4, 1) + ms));
const orNull = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(values, { freq: 1 });

const revocation: fc.Arbitrary<Revocation> = fc.record({
  id: fc.uuid(),
  tokenHash: orNull(hash),
  userId: orNull(id),
  accountId: orNull(id),
  sourceApp: orNull(app),
  targetApp: orNull(app),
  issuedBefore: instant,
});
const derivedSession: fc.Arbitrary<DerivedSession> = fc.record({
  tokenHash: hash,
  userId: id,
  accountId: orNull(id),
  sourceApp: orNull(app),
  targetApp: app,
  issuedAt: instant.map((date) => date.toISOString()),
});

describe('isRevoked', () => {
  it('says of every revocation and every sign-in what endsDerivedSession says', async () => {
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    const list = createRevocationList({ knex: store.knex });
    const outcomes = new Set<boolean>();
    const property = fc.asyncProperty(
      fc.array(revocation, { minLength: 1, maxLength: 2 }),
      derivedSession,
      async (revocations, derived) => {
        await store.knex('cross_app_revocations').delete();
        for (const one of revocations) await list.add(one);
        const expected = revocations.some((one) => endsDerivedSession(one, derived));
        outcomes.add(expected);
        expect([await sessions.isRevoked(derived), await list.isRevoked(derived)]).toEqual([
          expected,
          expected,
        ]);
      },
    );
    await fc.assert(property, { numRuns: 600 });
    expect(outcomes.size).toBe(2);
  }, 120_000);

  it('reads a few rows of an index, however many revocations there are', async () => {
    await store.knex.raw(`INSERT INTO cross_app_revocations (token_hash, user_id, target_app, issued_before)
      SELECT CASE WHEN n % 2 = 0 THEN encode(sha256(n::text::bytea), 'hex') END,
             CASE WHEN n % 2 = 1 THEN n::text END, 'hi-events', now() FROM generate_series(1, 40000) n`);
    await store.knex.raw('ANALYZE cross_app_revocations');
    const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
    const derived = {
      ...{ tokenHash: 'c'.repeat(64), userId: '11x', accountId: null, sourceApp: 'tuvens' },
      ...{ targetApp: 'hi-events', issuedAt: new Date().toISOString() },
    };
    const readRows = async (): Promise<number> => {
      const { rows } = await store.knex.raw<{ rows: [{ read: string }] }>(
        `SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_user_tables
         WHERE relname = 'cross_app_revocations'`,
      );
      return Number(rows[0].read);
    };
    const flush = (): Promise<unknown> => store.knex.raw('SELECT pg_stat_force_next_flush()');
    await flush();
    const before = await readRows();
    for (let n = 0; n < 20; n++) await sessions.isRevoked(derived);
    await store.knex.raw('SELECT pg_stat_force_next_flush() FROM generate_series(1, 1)');
    expect((await readRows()) - before).toBeLessThan(1000);
  });
});

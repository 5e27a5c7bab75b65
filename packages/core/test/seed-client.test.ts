import { createHash, randomBytes } from 'node:crypto';
import { openTestStore } from './database.js';
import type { TestStore } from './database.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const hash = (): string => createHash('sha256').update(randomBytes(32)).digest('hex');

// The document that this project implements has a client of its own, which writes and reads these columns.
describe("the seed's own client on our table", () => {
  it('inserts with its columns only, and gets its defaults', async () => {
    const { rows } = await store.knex.raw(
      `INSERT INTO cross_app_sessions (token_hash, user_id, account_id, expires_at, user_agent, ip_address)
       VALUES (?, 11, 77, CURRENT_TIMESTAMP + INTERVAL '15 minutes', 'UA', '203.0.113.9') RETURNING *`,
      [hash()],
    );
    expect(rows[0]).toMatchObject({
      source_app: 'tuvens',
      target_app: 'hi-events',
      used_at: null,
      revoked_at: null,
    });
    expect(rows[0].created_at).toBeInstanceOf(Date);
  });

  it('runs its statistics, clean-up and look-ups', async () => {
    const statistics = await store.knex.raw(
      `SELECT DATE(created_at) as date, COUNT(*) as sessions_created,
              COUNT(CASE WHEN used_at IS NOT NULL THEN 1 END) as sessions_used
       FROM cross_app_sessions WHERE created_at >= CURRENT_DATE - INTERVAL '7 days'
       GROUP BY DATE(created_at) ORDER BY date DESC`,
    );
    expect(statistics.rows).toHaveLength(1);
    const found = await store.knex.raw(
      'SELECT * FROM cross_app_sessions WHERE user_id = 11 AND expires_at > CURRENT_TIMESTAMP AND revoked_at IS NULL',
    );
    expect(found.rows).toHaveLength(1);
    const deleted = await store.knex.raw(
      'DELETE FROM cross_app_sessions WHERE expires_at < CURRENT_TIMESTAMP OR revoked_at IS NOT NULL',
    );
    expect(deleted.rowCount).toBe(0);
  });

  it.each(['', 'test_hash_1', 'handoff_plain', 'A'.repeat(64), 'a'.repeat(63)])(
    'cannot store %j where a hash belongs',
    async (value) => {
      await expect(
        store.knex('cross_app_sessions').insert({ token_hash: value, user_id: 11, expires_at: new Date() }),
      ).rejects.toMatchObject({ code: '23514', constraint: 'chk_cross_app_sessions_token_hash' });
    },
  );

  it('cannot store the same hash twice', async () => {
    const row = { token_hash: hash(), user_id: 11, expires_at: new Date() };
    await store.knex('cross_app_sessions').insert(row);
    await expect(store.knex('cross_app_sessions').insert(row)).rejects.toMatchObject({ code: '23505' });
  });
});

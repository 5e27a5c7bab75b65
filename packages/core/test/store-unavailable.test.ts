import { openKnex, openTestStore } from './database.js';
import type { TestStore } from './database.js';
import { createSessions } from './sessions.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const target = { targetApp: 'hi-events' };
const unavailable = { code: 'store_unavailable', status: 503, headers: { 'Retry-After': '1' } };

describe('without an answer from the database every verb fails closed', () => {
  it('when nothing listens', async () => {
    const knex = openKnex('postgres://127.0.0.1:1/none');
    const sessions = createSessions({ knex, appId: 'tuvens' });
    const good = createSessions({ knex: store.knex, appId: 'tuvens' });
    const { token } = await good.issue({ userId: store.userId, ...target });
    await expect(sessions.issue({ userId: store.userId, ...target })).rejects.toMatchObject(unavailable);
    await expect(sessions.redeem(token, target)).rejects.toMatchObject(unavailable);
    await expect(sessions.inspect(token, target)).rejects.toMatchObject(unavailable);
    await expect(sessions.revoke(token)).rejects.toMatchObject(unavailable);
    await expect(sessions.revokeAll({ all: true })).rejects.toMatchObject(unavailable);
    await knex.destroy();
  });

  it('when the pool is exhausted, and then goes on with the connection that came late', async () => {
    const knex = openKnex(store.url, 1);
    const sessions = createSessions({ knex, appId: 'tuvens', timeoutMs: 1_000 });
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    const trx = await knex.transaction();
    await expect(sessions.redeem(token, target)).rejects.toMatchObject(unavailable);
    await trx.rollback();
    await expect(sessions.redeem(token, target)).resolves.toBeDefined();
    await knex.destroy();
  });

  it('when a lock is held for too long, and the connection is not used again', async () => {
    const knex = openKnex(store.url, 1);
    const sessions = createSessions({ knex, appId: 'tuvens', timeoutMs: 300 });
    const { token, session } = await sessions.issue({ userId: store.userId, ...target });
    const trx = await store.knex.transaction();
    await trx('cross_app_sessions').where({ id: session.id }).forUpdate();
    await expect(sessions.redeem(token, target)).rejects.toMatchObject(unavailable);
    await trx.rollback();
    const { rows } = await knex.raw<{ rows: { one: number }[] }>('SELECT 1 AS one');
    expect(rows).toEqual([{ one: 1 }]);
    await knex.destroy();
  });

  it('when the tables are missing', async () => {
    const sessions = createSessions({
      knex: store.knex,
      appId: 'tuvens',
      tables: { sessions: 'nowhere' },
    });
    await expect(sessions.issue({ userId: store.userId, ...target })).rejects.toMatchObject({
      ...unavailable,
      cause: { code: '42P01' },
    });
  });

  it('when the database is read-only, as a standby is', async () => {
    const url = new URL(store.url);
    url.searchParams.set('options', '-c default_transaction_read_only=on');
    const knex = openKnex(url.href);
    const sessions = createSessions({ knex, appId: 'tuvens' });
    await expect(sessions.issue({ userId: store.userId, ...target })).rejects.toMatchObject({
      ...unavailable,
      cause: { code: '25006' },
    });
    await knex.destroy();
  });
});

describe('a connection that was cut', () => {
  it('is replaced, and the verb succeeds with one redemption', async () => {
    const knex = openKnex(store.url, 1);
    const sessions = createSessions({ knex, appId: 'tuvens' });
    for (let round = 0; round < 5; round++) {
      const { token } = await sessions.issue({ userId: store.userId, ...target });
      const { rows } = await knex.raw<{ rows: { pid: number }[] }>('SELECT pg_backend_pid() AS pid');
      await store.knex.raw('SELECT pg_terminate_backend(?)', [rows[0]?.pid ?? 0]);
      await expect(sessions.redeem(token, target)).resolves.toBeDefined();
      await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
    }
    await knex.destroy();
  });

  it('while the redeem waits for a lock leads to one redemption too', async () => {
    const knex = openKnex(store.url, 1);
    const sessions = createSessions({ knex, appId: 'tuvens' });
    const { token, session } = await sessions.issue({ userId: store.userId, ...target });
    const trx = await store.knex.transaction();
    await trx('cross_app_sessions').where({ id: session.id }).forUpdate();
    const redeemed = sessions.redeem(token, target);
    await terminateWaiting();
    await trx.rollback();
    await expect(redeemed).resolves.toMatchObject({ user: { id: '11' } });
    await knex.destroy();
  });
});

async function terminateWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await store.knex.raw<{ rows: unknown[] }>(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

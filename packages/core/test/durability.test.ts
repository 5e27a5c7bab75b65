import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '@cross-app/test-database/server';
import type { Knex } from 'knex';
import { migrate } from '../src/index.js';
import type { DatabaseSessions } from '../src/index.js';
import { openKnex } from './database.js';
import { createSessions } from './sessions.js';

const target = { targetApp: 'hi-events' };

// A server of its own: these tests change settings of the whole server, and need durability left on.
let server: Awaited<ReturnType<typeof startPostgres>>;
let knex: Knex;
let sessions: DatabaseSessions;
beforeAll(async () => {
  server = await startPostgres({ durable: true });
  knex = openKnex(server.url);
  await migrate(knex, { withUserTables: true });
  await knex('users').insert({ id: 11, email: 'ada@example.com' });
  sessions = createSessions({ knex, appId: 'tuvens', timeoutMs: 5000 });
}, 60_000);
afterAll(async () => {
  await knex.destroy();
  await server.stop();
});

async function setting(name: string, value: string): Promise<void> {
  await knex.raw(`ALTER SYSTEM SET ${name} = '${value}'`);
  await knex.raw('SELECT pg_reload_conf()');
  for (;;) {
    const { rows } = await knex.raw<{ rows: { value: string }[] }>('SELECT current_setting(?) AS value', [
      name,
    ]);
    if (rows[0]?.value === value) return;
  }
}

/** The server's backends and its checkpointer read the setting at different times: it holds once a commit has waited. */
async function loseTheStandby(): Promise<void> {
  await setting('synchronous_standby_names', 'nobody');
  const probe = openKnex(server.url, 1);
  for (let hasWaited = false; !hasWaited;) {
    // A commit waits only if it has written something into the log.
    const written = probe.raw("SELECT pg_logical_emit_message(true, 'probe', '')").then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([written, sleep(50, false)]))) {
      const { rows } = await knex.raw<{ rows: unknown[] }>(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
      );
      hasWaited ||= rows.length > 0;
    }
  }
  await probe.destroy();
}

const issueToken = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;

/** How far the log of the server has been flushed, and whether a commit of this statement moves it. */
async function isFlushedBy(action: () => Promise<unknown>): Promise<boolean> {
  await action();
  const { rows } = await knex.raw<{ rows: { flushed: boolean }[] }>(
    'SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() AS flushed',
  );
  return rows[0]?.flushed === true;
}

describe('with synchronous_commit off by default', () => {
  beforeAll(() => setting('synchronous_commit', 'off'));
  afterAll(() => setting('synchronous_commit', 'on'));

  it('every verb that writes has flushed its commit before it answers', async () => {
    const tokens = [await issueToken(), await issueToken()];
    // wal_writer_delay is 200 ms: without the verbs' own setting most of these would still be in memory.
    let flushed = 0;
    for (let round = 0; round < 20; round++) if (await isFlushedBy(issueToken)) flushed += 1;
    expect(flushed).toBe(20);
    expect(await isFlushedBy(() => sessions.redeem(tokens[0] ?? '', target))).toBe(true);
    expect(await isFlushedBy(() => sessions.revoke(tokens[1] ?? ''))).toBe(true);
  });

  it('this test would notice: a plain update is not flushed', async () => {
    const { session } = await sessions.issue({ userId: 11, ...target });
    let flushed = 0;
    for (let round = 0; round < 20; round++) {
      const update = (): Promise<unknown> =>
        knex('cross_app_sessions')
          .where({ id: session.id })
          .update({ user_agent: `round ${round}` })
          .then();
      if (await isFlushedBy(update)) flushed += 1;
    }
    expect(flushed).toBeLessThan(20);
  });
});

describe('with a synchronous standby that is gone', () => {
  afterEach(() => setting('synchronous_standby_names', ''));

  it('a cancelled wait for it is not taken for an answer', async () => {
    const token = await issueToken();
    await loseTheStandby();
    const redeemed = sessions.redeem(token, target).catch((error: unknown) => error);
    await cancelWhenWaiting();
    expect(await redeemed).toMatchObject({
      code: 'store_unavailable',
      status: 503,
      cause: { message: expect.stringContaining('may not be replicated') },
    });
  });

  it('the wait ends with store_unavailable in time, and the same redemption id gets the answer later', async () => {
    const token = await issueToken();
    await loseTheStandby();
    const impatient = createSessions({ knex, appId: 'hi-events', timeoutMs: 300 });
    const request = { ...target, redemptionId: '0b9a2f5e-6c7d-4e8f-9a0b-1c2d3e4f5a6b' };
    await expect(impatient.redeem(token, request)).rejects.toMatchObject({ code: 'store_unavailable' });
    await setting('synchronous_standby_names', '');
    await expect(sessions.redeem(token, request)).resolves.toMatchObject({ user: { id: '11' } });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
  });
});

async function cancelWhenWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await knex.raw<{ rows: unknown[] }>(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

import {
  createCrossAppSessions,
  isCrossAppError,
  MaintenanceRefused,
  revokeInBatches,
} from '../../src/index.js';
import type { DatabaseSessions, Progress, RevokeFilter } from '../../src/index.js';
import { openTestStore, untilWaiting } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
let sessions: DatabaseSessions;
beforeEach(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
afterEach(() => store.close());

const target = { targetApp: 'hi-events' };
const issue = (more: object = {}): ReturnType<DatabaseSessions['issue']> =>
  sessions.issue({ userId: store.userId, ...target, ...more });

/** Used ones that expire at any time in three weeks, so that they are in several partitions. */
async function fill(rows: number): Promise<void> {
  await store.knex.raw(
    `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at, used_at)
     SELECT encode(sha256(number::text::bytea), 'hex'), 11, now() + (number % 400 - 200) * interval '1 hour', now()
     FROM generate_series(1, ?::int) AS number`,
    [rows],
  );
}

async function countRevoked(): Promise<number> {
  const [row] = await store.knex('cross_app_sessions').whereNotNull('revoked_at').count('* as n');
  return Number(row?.['n']);
}

/** How many index entries have been read of the table so far, by connections that are closed. */
async function entriesRead(): Promise<number> {
  await store.knex.destroy();
  store.knex.initialize();
  for (;;) {
    const { rows } = await store.knex.raw<{ rows: [{ others: number; entries: number }] }>(
      `SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())::int AS others,
              (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname ~ '^cross_app_sessions')::int AS entries`,
    );
    if (rows[0].others === 0) return rows[0].entries;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('revokeInBatches', () => {
  it.each<[string, RevokeFilter]>([
    ['the user', { userId: 11 }],
    ['the user as text', { userId: '11' }],
    ['another user', { userId: 12 }],
    ['nobody', { userId: 4711 }],
    ['another spelling of the user', { userId: '0x0b' }],
    ['an id that is not of the column', { userId: 'ada' }],
    ['the account', { accountId: 77 }],
    ['the target app', { targetApp: 'other' }],
    ['source and target', { sourceApp: 'tuvens', targetApp: 'hi-events' }],
    ['before they were issued', { userId: 11, issuedBefore: new Date(0) }],
    ['before now', { userId: 11, issuedBefore: new Date(Date.now() + 60_000) }],
    ['all', { all: true }],
  ])(
    'by %s revokes those that revokeAll would, whatever their state, and no others',
    async (_name, filter) => {
      await issue();
      await issue({ accountId: 77 });
      await issue({ targetApp: 'other' });
      await issue({ userId: 12 });
      await fill(30);
      const expected = await sessions.revokeAll(filter);
      const states = (): Promise<unknown> =>
        store
          .knex('cross_app_sessions')
          .orderBy('id')
          .select('id', store.knex.raw('revoked_at IS NULL AS is_live'));
      const wanted = await states();
      await store.knex('cross_app_sessions').update({ revoked_at: null });

      const planned = await revokeInBatches(store.knex, filter, { dryRun: true });
      expect(planned).toEqual({ revoked: expected, outcome: 'done', dryRun: true });
      expect(await countRevoked()).toBe(0);
      const report = await revokeInBatches(store.knex, filter, { batchSize: 7 });
      expect(report).toEqual({ revoked: expected, outcome: 'done', dryRun: false });
      expect(await states()).toEqual(wanted);
      expect((await revokeInBatches(store.knex, filter)).revoked).toBe(0);
    },
  );

  it.each<[object]>([[{}], [{ userid: 11 }], [{ all: false }], [{ targetApp: '' }]])(
    'refuses %j and revokes nothing',
    async (filter) => {
      await issue();
      const error: unknown = await revokeInBatches(store.knex, filter).catch((thrown: unknown) => thrown);
      expect(isCrossAppError(error) && error.code).toBe('invalid_argument');
      expect(await countRevoked()).toBe(0);
    },
  );

  it('tells how far it is, and stops after the batch under way, with what lives longest revoked', async () => {
    await fill(1000);
    const controller = new AbortController();
    const seen: Progress[] = [];
    const report = await revokeInBatches(
      store.knex,
      { all: true },
      {
        batchSize: 100,
        signal: controller.signal,
        onProgress: (progress) => {
          seen.push(progress);
          if (progress.done === 300) controller.abort();
        },
      },
    );
    expect(report).toEqual({ revoked: 300, outcome: 'interrupted', dryRun: false });
    expect(seen).toEqual([100, 200, 300].map((done) => ({ done, total: 1000 })));
    const { rows } = await store.knex.raw<{ rows: unknown[] }>(
      `SELECT count(*)::int AS count, bool_and(NOT EXISTS (
         SELECT FROM cross_app_sessions live WHERE live.revoked_at IS NULL AND live.expires_at > gone.expires_at
       )) AS in_order FROM cross_app_sessions gone WHERE revoked_at IS NOT NULL`,
    );
    expect(rows).toEqual([{ count: 300, in_order: true }]);
    expect((await revokeInBatches(store.knex, { all: true })).revoked).toBe(700);
  });

  it('does nothing when it was aborted before', async () => {
    await issue();
    const signal = AbortSignal.abort();
    expect((await revokeInBatches(store.knex, { all: true }, { signal })).outcome).toBe('interrupted');
    expect(await countRevoked()).toBe(0);
  });

  it('takes each once when all have the same expiry, whatever the size of a batch', async () => {
    await fill(50);
    await store.knex.raw(
      "UPDATE cross_app_sessions SET expires_at = date_trunc('day', now()) + interval '0.123456 s'",
    );
    expect((await revokeInBatches(store.knex, { all: true }, { batchSize: 3 })).revoked).toBe(50);
    expect(await countRevoked()).toBe(50);
  });

  it('reads a row a few times, when all have one expiry and statistics say that each has its own', async () => {
    await fill(200);
    await store.knex.raw('ANALYZE cross_app_sessions');
    await store.knex.raw(
      `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
       SELECT encode(sha256(number::text::bytea), 'hex'), 11, date_trunc('second', now())
       FROM generate_series(1001, 5000) AS number`,
    );
    const before = await entriesRead();
    expect((await revokeInBatches(store.knex, { all: true })).revoked).toBe(4200);
    expect((await entriesRead()) - before).toBeLessThan(20 * 4200);
  });

  it('waits for a redeem under way, so that whom it signs in is found revoked', async () => {
    const { session } = await issue();
    const trx = await store.knex.transaction();
    await trx('cross_app_sessions').where({ id: session.id }).update({ used_at: trx.fn.now() });
    const revoking = revokeInBatches(store.knex, { all: true });
    await untilWaiting(store.knex, 1);
    await trx.commit();
    expect((await revoking).revoked).toBe(1);
    const row = await store.knex('cross_app_sessions').first<Record<string, unknown>>();
    expect(row).toMatchObject({ used_at: expect.any(Date), revoked_at: expect.any(Date) });
  });

  it('locks in the order of ids, as revokeAll does, so that the two never wait for each other', async () => {
    // By hash and by expiry the first one would be the last.
    const ids = await store
      .knex('cross_app_sessions')
      .insert(
        ['f', 'a'].map((digit, number) => ({
          token_hash: digit.repeat(64),
          user_id: store.userId,
          expires_at: new Date(Date.now() + number * 60_000),
        })),
      )
      .returning<{ id: string }[]>('id');
    const [first, second] = ids.map(({ id }) => store.knex('cross_app_sessions').where({ id }));
    const holder = await store.knex.transaction();
    await first?.transacting(holder).forUpdate();
    const revoking = revokeInBatches(store.knex, { all: true });
    await untilWaiting(store.knex, 1);
    await expect(
      store.knex.transaction(async (trx) => second?.transacting(trx).forUpdate().noWait()),
    ).resolves.toHaveLength(1);
    await holder.rollback();
    expect((await revoking).revoked).toBe(2);
  });

  it('from several sides at once, with redeems between, neither deadlocks nor counts one twice', async () => {
    await fill(300);
    const issued = await Promise.all(Array.from({ length: 60 }, () => issue()));
    const redeems = issued.map(({ token }) => sessions.redeem(token, target));
    const batches = [{ userId: 11 }, target, { all: true as const }].map((filter) =>
      revokeInBatches(store.knex, filter, { batchSize: 20 }),
    );
    const all = sessions.revokeAll({ sourceApp: 'tuvens' });
    const outcomes = await Promise.allSettled(redeems);
    const reports = await Promise.all(batches);
    const total = reports.reduce((sum, { revoked }) => sum + revoked, await all);
    expect(total).toBe(360);
    expect(await countRevoked()).toBe(360);
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [],
    );
    expect(codes.filter((code) => code !== 'token_revoked')).toEqual([]);
  });

  it('is durable where the role says not to wait', async () => {
    await issue();
    await store.knex.raw('CREATE TABLE seen (setting text)');
    await store.knex.raw(`
      CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
      CREATE TRIGGER look AFTER UPDATE ON cross_app_sessions FOR EACH ROW EXECUTE FUNCTION look();
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$;`);
    await store.knex.destroy();
    store.knex.initialize();
    await revokeInBatches(store.knex, { all: true });
    expect(await store.knex('seen')).toEqual([{ setting: 'on' }]);
  });

  it.each<[object, RegExp]>([
    [{ batchSize: 0 }, /batchSize must be/],
    [{ batchsize: 1 }, /no option "batchsize"/],
  ])('refuses the options %j', async (options, message) => {
    await expect(revokeInBatches(store.knex, { all: true }, options)).rejects.toThrow(message);
  });

  it('refuses a table that is not there', async () => {
    const revoking = revokeInBatches(store.knex, { all: true }, { sessionsTable: 'handoffs' });
    await expect(revoking).rejects.toThrow(MaintenanceRefused);
  });
});

import type { Knex } from 'knex';
import { archiveSessions, cleanUpSessions, createCrossAppSessions, purgeArchive } from '../../src/index.js';
import type { Layout, RemovalOptions, RemovalReport } from '../../src/index.js';
import { hasTurn } from '../../src/maintenance/batches.js';
import type { Job } from '../../src/maintenance/batches.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { clear, createPastPartition, insertHistory, storedIds } from './history.js';

declare const LAYOUT: Layout;

const ROWS = 210;
const DAY = 86_400;

interface Work {
  readonly name: string;
  readonly job: Job;
  readonly from: string;
  readonly run: (knex: Knex, options?: RemovalOptions) => Promise<RemovalReport>;
}

const SESSIONS = 'cross_app_sessions';
const MOVES: Work[] = [
  {
    name: 'cleanup',
    job: 'cleanup',
    from: SESSIONS,
    run: (knex, options) => cleanUpSessions(knex, options),
  },
  {
    name: 'archive',
    job: 'archive',
    from: SESSIONS,
    run: (knex, options) => archiveSessions(knex, options),
  },
];
const DELETIONS: Work[] = [
  {
    name: 'cleanup without history',
    job: 'cleanup',
    from: SESSIONS,
    run: (knex, options) => cleanUpSessions(knex, { ...options, keepHistory: false }),
  },
  {
    name: 'purge',
    job: 'purge',
    from: 'cross_app_sessions_archive',
    run: (knex, options) => purgeArchive(knex, { olderThanSeconds: DAY, ...options }),
  },
];

let store: TestStore;
let rival: Knex;
beforeAll(async () => {
  store = await openTestStore();
  rival = openKnex(store.url);
  if (LAYOUT === 'partitioned') await createPastPartition(store.knex);
});
beforeEach(() => clear(store.knex));
afterAll(async () => {
  await rival.destroy();
  await store.close();
});

const left = async ({ from }: Work): Promise<string[]> => {
  const { sessions, archive } = await storedIds(store.knex);
  return from === SESSIONS ? sessions : archive;
};

describe.each([...MOVES, ...DELETIONS])('$name', (work) => {
  const { job, from, run } = work;
  beforeEach(() => insertHistory(store.knex, ROWS, from));

  it('takes all in batches, and then finds nothing to do', async () => {
    const seen: object[] = [];
    const onProgress = (progress: object): void => void seen.push(progress);
    const report = await run(store.knex, { batchSize: 100, onProgress });
    expect(report).toEqual({ rows: ROWS, outcome: 'done', cutoff: expect.any(Date), dryRun: false });
    expect(seen).toEqual([100, 200, ROWS].map((done) => ({ done, total: ROWS })));
    expect(await left(work)).toEqual([]);
    expect(await run(store.knex)).toMatchObject({ rows: 0, outcome: 'done' });
  });

  it('takes all where many rows have the same instant', async () => {
    await store.knex(from).update({
      created_at: store.knex.raw("date_trunc('month', created_at)"),
      expires_at: store.knex.raw("date_trunc('month', created_at) + interval '15 minutes'"),
    });
    expect(await run(store.knex, { batchSize: 7 })).toMatchObject({ rows: ROWS, outcome: 'done' });
    expect(await left(work)).toEqual([]);
  });

  it('as a dry run counts and changes nothing', async () => {
    const before = await storedIds(store.knex);
    const report = await run(store.knex, { dryRun: true });
    expect(report).toEqual({ rows: ROWS, outcome: 'done', cutoff: expect.any(Date), dryRun: true });
    expect(await storedIds(store.knex)).toEqual(before);
  });

  it('stops after the batch in which it is interrupted, and says what it did', async () => {
    const before = await left(work);
    const interruption = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 40) interruption.abort();
    };
    const report = await run(store.knex, { batchSize: 20, signal: interruption.signal, onProgress });
    expect(report).toMatchObject({ rows: 40, outcome: 'interrupted' });
    expect(await left(work)).toEqual(before.slice(40)); // oldest first
    expect(await run(store.knex)).toMatchObject({ rows: ROWS - 40, outcome: 'done' });
  });

  it('does nothing while another runner has the turn', async () => {
    const report = await rival.transaction(async (trx) => {
      await trx.raw(`SELECT ${hasTurn(job, '"public"."cross_app_sessions"')}`);
      return run(store.knex);
    });
    expect(report).toMatchObject({ rows: 0, outcome: 'busy' });
    expect(await left(work)).toHaveLength(ROWS);
  });

  it('leaves a row that somebody holds for the next run, and waits for nobody', async () => {
    const [held = ''] = (await left(work)).slice(100);
    await rival.transaction(async (trx) => {
      await trx.raw('SELECT FROM ?? WHERE id = ? FOR UPDATE', [from, held]);
      expect(await run(store.knex, { batchSize: 50 })).toMatchObject({ rows: ROWS - 1, outcome: 'done' });
    });
    expect(await left(work)).toEqual([held]);
    expect(await run(store.knex)).toMatchObject({ rows: 1, outcome: 'done' });
  });

  it('from two machines at once takes every row once', async () => {
    const runUntilDone = async (knex: Knex): Promise<number> => {
      let rows = 0;
      for (;;) {
        const report = await run(knex, { batchSize: 7 });
        rows += report.rows;
        if (report.outcome === 'done') return rows;
      }
    };
    const taken = await Promise.all([runUntilDone(store.knex), runUntilDone(rival)]);
    expect(taken[0] + taken[1]).toBe(ROWS);
    expect(await left(work)).toEqual([]);
  });

  it('in every batch goes by indexes, whatever the statistics say', async () => {
    const batches = await recordBatches(() => run(store.knex, { batchSize: 100 }));
    // A batch goes on where the last one ended, not through what is deleted but still in the index.
    const starts = batches.map(({ take }) => take.bindings[0]);
    expect(starts.slice(0, 3)).toEqual([
      '-infinity',
      expect.stringMatching(/Z$/),
      expect.stringMatching(/Z$/),
    ]);
    for (const batch of batches) {
      await clear(store.knex);
      await insertHistory(store.knex, 500, from);
      const plan = await explainBatch(batch);
      expect(plan).toMatch(/Index (Only )?Scan using/);
      expect(plan).not.toMatch(/(Seq|Bitmap Heap) Scan on cross_app|(Sort|Hash Join|Merge Join) {2}\(/);
    }
  });
});

interface Statement {
  readonly sql: string;
  readonly bindings: readonly string[];
}

async function recordStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const onQuery = (statement: Statement): void => void statements.push(statement);
  store.knex.on('query', onQuery);
  await work();
  store.knex.off('query', onQuery);
  return statements;
}

/** A statement that takes rows, and the one before it in its transaction. */
interface Batch {
  readonly begin: Statement;
  readonly take: Statement;
}

async function recordBatches(work: () => Promise<unknown>): Promise<Batch[]> {
  const statements = await recordStatements(work);
  return statements.flatMap((take, index) => {
    const begin = statements[index - 1];
    return begin !== undefined && take.sql.startsWith('WITH picked') ? [{ begin, take }] : [];
  });
}

/** What PostgreSQL does for the batch. Values are beside the statement, as the driver sends them. */
async function explainBatch({ begin, take }: Batch): Promise<string> {
  return store.knex.transaction(async (trx) => {
    await trx.raw(begin.sql);
    const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': string }[] }>(
      `EXPLAIN (ANALYZE) ${take.sql.replaceAll(/\$\d+/g, '?')}`,
      [...take.bindings],
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
}

it('in no batch reads a partition that is too young, and finds each row in its own', async () => {
  const refill = async (): Promise<void> => {
    await clear(store.knex);
    await insertHistory(store.knex, ROWS);
    await store.knex.raw('ANALYZE cross_app_sessions');
  };
  await refill();
  const [batch] = await recordBatches(() => cleanUpSessions(store.knex, { batchSize: 1 }));
  await refill();
  const [picked = '', taken = ''] = batch === undefined ? [] : (await explainBatch(batch)).split('CTE taken');
  expect(picked).toMatch(/on cross_app_sessions/);
  expect(picked).not.toContain(await comingPartition());
  const opened = taken
    .split('\n')
    .filter((line) => line.includes('Scan using') && !line.includes('never executed'));
  expect(opened).toEqual([expect.stringMatching(/on cross_app_sessions/)]);
});

async function comingPartition(): Promise<string> {
  const { rows } = await store.knex.raw<{ rows: [{ name: string }] }>(
    "SELECT 'cross_app_sessions' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM') AS name",
  );
  return rows[0].name;
}

describe.each(MOVES)('$name', ({ run }) => {
  it('moves each row once, and none is lost, also together with the other move', async () => {
    await insertHistory(store.knex, ROWS);
    const { sessions: before } = await storedIds(store.knex);
    const reports = await Promise.all(MOVES.map((move) => move.run(store.knex, { batchSize: 7 })));
    expect(reports.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    expect(await storedIds(store.knex)).toEqual({ sessions: [], archive: before });
  });

  it('lets every sign-in pass while it runs', async () => {
    await insertHistory(store.knex, 1_000);
    const { sessions: before } = await storedIds(store.knex);
    let isOver = false;
    const target = { targetApp: 'hi-events' };
    const sessions = createCrossAppSessions({ knex: rival, appId: 'tuvens' });
    const signIn = async (): Promise<string[]> => {
      const ids: string[] = [];
      while (!isOver || ids.length < 3) {
        const { token } = await sessions.issue({ userId: store.userId, ...target });
        ids.push((await sessions.redeem(token, target)).session.id);
      }
      return ids;
    };
    const signIns = Promise.all(Array.from({ length: 6 }, signIn));
    const report = await run(store.knex, { batchSize: 20 }).finally(() => (isOver = true));
    expect(report).toMatchObject({ rows: 1_000, outcome: 'done' });
    const signedIn = (await signIns).flat();
    const after = await storedIds(store.knex);
    expect(after.archive).toEqual(before);
    expect(after.sessions.sort()).toEqual(signedIn.sort());
  });

  it('neither deadlocks with revokeAll nor with the deletion of a user', async () => {
    await insertHistory(store.knex, 1_000);
    await store.knex('users').insert({ id: 900, email: 'leaving@example.com' });
    await store.knex(SESSIONS).update({ user_id: 900 }).whereRaw('id % 3 = 0');
    const staying = await idsOfUser(SESSIONS);
    const sessions = createCrossAppSessions({ knex: rival, appId: 'tuvens' });
    let isOver = false;
    const revokeAgain = async (): Promise<void> => {
      while (!isOver) {
        await rival(SESSIONS).update({ revoked_at: null }).where({ user_id: 11 });
        await sessions.revokeAll({ userId: 11 });
      }
    };
    const others = Promise.all([revokeAgain(), rival('users').where({ id: 900 }).delete()]);
    await run(store.knex, { batchSize: 10 }).finally(() => (isOver = true));
    await others;
    await run(store.knex);
    expect(await idsOfUser('cross_app_sessions_archive')).toEqual(staying);
    expect((await storedIds(store.knex)).sessions).toEqual([]);
  });
});

async function idsOfUser(table: string): Promise<string[]> {
  const rows: { id: string }[] = await store.knex(table).select('id').where('user_id', 11).orderBy('id');
  return rows.map(({ id }) => id);
}

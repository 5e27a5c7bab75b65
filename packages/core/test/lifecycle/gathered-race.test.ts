import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { createCrossAppSessions, isCrossAppError } from '../../src/index.js';
import type { DatabaseSessions, GatherOptions } from '../../src/index.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

const target = { targetApp: 'hi-events' };
const ONE_BATCH = { maxSize: 1_000 };
const MANY_BATCHES = { maxSize: 4, connections: 4 };
const BATCHES: [name: string, batch: GatherOptions][] = [
  ['in one batch', ONE_BATCH],
  ['over many batches', MANY_BATCHES],
];

let store: TestStore;
let pools: [Knex, Knex];
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  await store.knex('cross_app_sessions').delete();
  pools = [openKnex(store.url), openKnex(store.url)];
});
afterEach(() => closePools());
afterAll(() => store.close());

async function closePools(): Promise<void> {
  await Promise.all(pools.map((pool) => pool.destroy()));
}

/** The sessions of two processes. */
function openTwo(batch: GatherOptions): [DatabaseSessions, DatabaseSessions] {
  const options = { appId: 'hi-events', timeoutMs: 25_000, batch };
  const [one, other] = pools;
  return [
    createCrossAppSessions({ ...options, knex: one }),
    createCrossAppSessions({ ...options, knex: other }),
  ];
}

async function issueMany(count: number): Promise<string[]> {
  const issuer = createCrossAppSessions({ knex: pools[0], appId: 'tuvens' });
  const issued = await Promise.all(
    Array.from({ length: count }, () => issuer.issue({ userId: store.userId, ...target })),
  );
  return issued.map(({ token }) => token).sort();
}

/** What a caller got, in one word. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'won';
  } catch (error) {
    return isCrossAppError(error) ? error.code : String(error);
  }
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const sorted = (outcomes: readonly string[]): string[] => [...outcomes].sort();

/** How many there have been, once every other connection has told what it has seen, which it does at its end. */
async function countDeadlocks(): Promise<number> {
  for (;;) {
    const { rows } = await store.knex.raw<{ rows: [{ deadlocks: string; others: string }] }>(
      `SELECT deadlocks, (SELECT count(*) FROM pg_stat_activity
                          WHERE datname = current_database() AND pid <> pg_backend_pid()) AS others
       FROM pg_stat_database WHERE datname = current_database()`,
    );
    if (rows[0].others === '0') return Number(rows[0].deadlocks);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe.each(BATCHES)('the same tokens again and again %s', (_name, batch) => {
  it('with the redemption id of each token are one redemption, and all get its answer', async () => {
    const tokens = await issueMany(25);
    const processes = openTwo(batch);
    const firsts: string[] = [];
    for (const one of processes) {
      one.on('redeemed', ({ session, isRetry }) => {
        if (!isRetry) firsts.push(session.id);
      });
    }
    const ids = new Map(tokens.map((token) => [token, randomUUID()]));
    const answers = await Promise.all(
      times(20, (turn) =>
        Promise.all(
          (turn % 2 === 0 ? tokens : [...tokens].reverse()).map(async (token) => {
            const redemptionId = ids.get(token);
            const answer = await processes[turn % 3 === 0 ? 1 : 0].redeem(token, { ...target, redemptionId });
            return `${token} ${JSON.stringify(answer)}`;
          }),
        ),
      ),
    );
    expect(new Set(answers.flat()).size).toBe(tokens.length);
    expect(new Set(firsts).size).toBe(tokens.length);
    expect(firsts).toHaveLength(tokens.length);
    const rows = await store.knex('cross_app_sessions').select<Record<string, unknown>[]>();
    const stored = new Map(rows.map((row) => [row['token_hash'], row]));
    for (const [token, redemptionId] of ids) {
      const row = stored.get(createHash('sha256').update(token).digest('hex'));
      expect(row).toMatchObject({ redemption_id: redemptionId, replays: 0, retried_at: expect.any(Date) });
    }
  });

  it('with two redemption ids have one winner, who may ask again, and the other one may not', async () => {
    const tokens = await issueMany(100);
    const [one, other] = openTwo(batch);
    const attempts = tokens.flatMap((token, index) =>
      [one, index % 2 === 0 ? one : other].map((sessions) => {
        const request = { ...target, redemptionId: randomUUID() };
        return () => outcomeOf(sessions.redeem(token, request));
      }),
    );
    const first = await Promise.all(attempts.map((attempt) => attempt()));
    for (const index of tokens.keys()) {
      expect(sorted(first.slice(2 * index, 2 * index + 2))).toEqual(['token_used', 'won']);
    }
    const again = await Promise.all([...attempts].reverse().map((attempt) => attempt()));
    expect(again.reverse()).toEqual(first);
  });

  it('by thousands of calls of two processes in opposite orders have one winner each, no deadlock, and each replay counts', async () => {
    const TOKENS = 150;
    const TURNS = 10;
    const [one, other] = openTwo(batch);
    const tokens = await issueMany(TOKENS);
    const calls = times(TURNS, () =>
      times(TOKENS, (at) => [
        outcomeOf(one.redeem(tokens[at] ?? '', target)),
        outcomeOf(other.redeem(tokens[TOKENS - 1 - at] ?? '', target)),
      ]),
    );
    const outcomes = await Promise.all(calls.flat(2));
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(TOKENS);
    expect(outcomes.filter((outcome) => outcome === 'token_used')).toHaveLength(TOKENS * (2 * TURNS - 1));
    expect(await store.knex('cross_app_sessions').pluck('replays')).toEqual(
      times(TOKENS, () => 2 * TURNS - 1),
    );
    await closePools();
    expect(await countDeadlocks()).toBe(0);
  });
});

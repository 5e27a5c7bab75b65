import { createCrossAppSessions } from '@cross-app/core';
import type { CrossAppSessionsOptions } from '@cross-app/core';
import knexFactory from 'knex';
import type { Scratch } from '../cross-app.js';
import { pgbouncer, startPgBouncer } from '@cross-app/test-database/pgbouncer';
import type { PgBouncer } from '@cross-app/test-database/pgbouncer';
import { openMigrated } from './run-doctor.js';

const target = { targetApp: 'hi-events' };
const HANDOFFS = 400;
const POOLS = 2;

let scratch: Scratch;
let pooler: PgBouncer;
beforeAll(async () => {
  scratch = await openMigrated('plain');
  if (pgbouncer === undefined) return;
  // Before 1.21 it knows no named statements. Twenty clients share four backends.
  const settings = ['server_round_robin = 1', 'min_pool_size = 4', 'default_pool_size = 4'];
  pooler = await startPgBouncer(pgbouncer, scratch.url, { poolMode: 'transaction', settings });
});
afterAll(async () => {
  if (pgbouncer !== undefined) await pooler.stop();
  await scratch.close();
});

/** Hands over through the pooler, from two processes' worth of connections; gives the users who were signed in. */
async function handOver(options: Partial<CrossAppSessionsOptions>, userId: string): Promise<string[]> {
  const pools = Array.from({ length: POOLS }, () =>
    knexFactory({ client: 'pg', connection: pooler.url, pool: { min: 0, max: 10 } }),
  );
  const verbs = pools.map((knex) => createCrossAppSessions({ knex, appId: 'tuvens', ...options }));
  const one = async (index: number): Promise<string> => {
    const [source, redeemer] = [verbs[index % POOLS], verbs[(index + 1) % POOLS]];
    const issued = await source?.issue({ userId, ...target });
    const redeemed = await redeemer?.redeem(issued?.token ?? '', target);
    return redeemed?.user.id ?? 'nobody';
  };
  try {
    const calls: Promise<string>[] = [];
    for (let index = 0; index < HANDOFFS; index++) {
      calls.push(one(index));
      // In small groups, so that lone calls and batches take turns.
      if (index % 7 === 0) await Promise.allSettled(calls);
    }
    return await Promise.all(calls);
  } finally {
    await Promise.all(pools.map((knex) => knex.destroy()));
  }
}

(pgbouncer === undefined ? describe.skip : describe)('the verbs behind PgBouncer in transaction mode', () => {
  let warn: jest.SpyInstance;
  let userId: string;
  beforeEach(async () => {
    warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const knex = knexFactory({ client: 'pg', connection: scratch.url });
    const [row] = await knex('users')
      .insert({ email: `${Math.random()}@example.com` })
      .returning<{ id: number }[]>('id');
    userId = String(row?.id);
    await knex.destroy();
  });
  afterEach(() => {
    warn.mockRestore();
  });

  it.each([{}, { batch: false }] as const)('work with prepare: false, and %j', async (options) => {
    const signedIn = await handOver({ ...options, prepare: false }, userId);
    expect(signedIn).toEqual(Array.from({ length: HANDOFFS }, () => userId));
    expect(warn).not.toHaveBeenCalled();
  });

  it.each([{}, { batch: false }] as const)(
    'work without it too, for each process finds out, and says so once: %j',
    async (options) => {
      const signedIn = await handOver(options, userId);
      expect(signedIn).toEqual(Array.from({ length: HANDOFFS }, () => userId));
      const warnings = warn.mock.calls.map(([, name]: unknown[]) => name);
      expect(new Set(warnings)).toEqual(new Set(['CrossAppPrepareWarning']));
      expect(warnings.length).toBeLessThanOrEqual(POOLS);
    },
  );
});

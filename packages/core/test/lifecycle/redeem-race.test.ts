import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { isCrossAppError } from '../../src/index.js';
import type { DatabaseSessions, ReplayedEvent } from '../../src/index.js';
import { openKnex, openTestStore, untilWaiting } from '../database.js';
import type { TestStore } from '../database.js';
import { createSessions } from '../sessions.js';

const TOKENS = 25;
const REDEEMERS = 20;
const target = { targetApp: 'hi-events' };

let store: TestStore;
let otherKnex: Knex;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  otherKnex = openKnex(store.url);
  sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
});
afterAll(async () => {
  await otherKnex.destroy();
  await store.close();
});

const issueToken = async (ttlSeconds = 900): Promise<string> =>
  (await sessions.issue({ userId: store.userId, ttlSeconds, ...target })).token;

/** Codes of the outcomes, counted. */
async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(calls)) {
    const reason: unknown = outcome.status === 'fulfilled' ? 'won' : outcome.reason;
    const name = isCrossAppError(reason) ? reason.code : String(reason);
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return outcomes;
}

describe('simultaneous redeems over two pools', () => {
  it.each([
    ['read committed', 'read committed'],
    ['serializable', 'serializable'],
    ['repeatable read', 'repeatable read'],
  ])('have exactly one winner a token when the default isolation is %s', async (_name, isolation) => {
    const url = new URL(store.url);
    url.searchParams.set('options', `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`);
    const pools = [openKnex(url.href), openKnex(url.href)] as const;
    const [one, other] = pools.map((knex) =>
      createSessions({ knex, appId: 'hi-events', timeoutMs: 25_000 }),
    ) as [DatabaseSessions, DatabaseSessions];
    const replays: ReplayedEvent[] = [];
    for (const sessions of [one, other]) sessions.on('replayed', (event) => void replays.push(event));
    const { rows } = await pools[0].raw('SHOW transaction_isolation');
    expect(rows[0].transaction_isolation).toBe(isolation);

    const tokens = await Promise.all(Array.from({ length: TOKENS }, () => issueToken()));
    const calls = tokens.flatMap((token) =>
      Array.from({ length: REDEEMERS }, (_, i) => (i % 2 === 0 ? one : other).redeem(token, target)),
    );
    expect(await tally(calls)).toEqual({ won: TOKENS, token_used: TOKENS * (REDEEMERS - 1) });
    expect(replays).toHaveLength(TOKENS * (REDEEMERS - 1));
    await Promise.all(pools.map((knex) => knex.destroy()));
  });

  it('with one redemption id all get the answer', async () => {
    const token = await issueToken();
    const redemptionId = randomUUID();
    const calls = Array.from({ length: REDEEMERS }, () =>
      sessions.redeem(token, { ...target, redemptionId }),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('against a revoke end in a redeem before it or a refusal after it, never in both', async () => {
    for (let round = 0; round < 20; round++) {
      const token = await issueToken();
      const [redeemed] = await Promise.all([tally([sessions.redeem(token, target)]), sessions.revoke(token)]);
      expect([{ won: 1 }, { token_revoked: 1 }]).toContainEqual(redeemed);
      await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
    }
  });
});

describe('a redeem that waits for a lock on the row', () => {
  beforeEach(() => store.knex('cross_app_sessions').delete());

  it.each([
    ['changed nothing', (): Promise<void> => Promise.resolve()],
    [
      'changed another column',
      async (trx: Knex.Transaction): Promise<void> => {
        await trx('cross_app_sessions').whereNull('used_at').update({ user_agent: 'changed' });
      },
    ],
  ])('past the expiry is refused, when the holder %s', async (_name, change) => {
    const token = await issueToken(1);
    const trx = await otherKnex.transaction();
    await trx.raw('SELECT * FROM cross_app_sessions WHERE used_at IS NULL FOR UPDATE');
    await change(trx);

    const redeemed = sessions.redeem(token, target).then(
      () => 'won',
      (error: unknown) => error,
    );
    await untilWaiting(otherKnex, 1);
    await trx.raw(
      'SELECT pg_sleep(extract(epoch FROM max(expires_at) - clock_timestamp())) FROM cross_app_sessions WHERE used_at IS NULL',
    );
    await trx.commit();

    expect(await redeemed).toMatchObject({ code: 'token_expired' });
  });

  it('wins when the holder gives up in time', async () => {
    const token = await issueToken();
    const trx = await otherKnex.transaction();
    await trx('cross_app_sessions')
      .whereNull('used_at')
      .update({ used_at: trx.fn.now(), redemption_id: randomUUID() });
    const redeemed = sessions.redeem(token, target);
    await untilWaiting(otherKnex, 1);
    await trx.rollback();
    await expect(redeemed).resolves.toMatchObject({ user: { id: '11' } });
  });

  it('is refused when the holder revokes', async () => {
    const token = await issueToken();
    const trx = await otherKnex.transaction();
    await trx('cross_app_sessions').whereNull('used_at').update({ revoked_at: trx.fn.now() });
    const redeemed = sessions.redeem(token, target).catch((error: unknown) => error);
    await untilWaiting(otherKnex, 1);
    await trx.commit();
    expect(await redeemed).toMatchObject({ code: 'token_revoked' });
  });
});

import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { createSessions } from '../sessions.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

// Each replay counts itself in the row, so that they meet there. PostgreSQL 18.4 has crashed over an UPDATE in a WITH
// that meets another one on a partitioned table.
it('a thousand replays of one token at once are refused, and none of them takes the server down', async () => {
  // Each waits for those before it, on however busy a machine.
  const patient = { timeoutMs: 60_000, revokeOnReplay: 'never' } as const;
  const sessions = createSessions({ knex: store.knex, appId: 'tuvens', ...patient });
  const { token } = await sessions.issue({ userId: 11, targetApp: 'hi-events' });
  await sessions.redeem(token, { targetApp: 'hi-events' });
  const replays = Array.from({ length: 1000 }, () => sessions.redeem(token, { targetApp: 'hi-events' }));
  const reasons = (await Promise.allSettled(replays)).map((one) =>
    one.status === 'rejected' ? (one.reason as { code: string }).code : 'redeemed',
  );
  expect(new Set(reasons)).toEqual(new Set(['token_used']));
  expect(await store.knex('cross_app_sessions').pluck('replays')).toEqual([1000]);
}, 90_000);

import type { Knex } from 'knex';
import { createCrossAppSessions } from '../src/index.js';
import type { DatabaseSessions } from '../src/index.js';
import { openKnex, openTestStore } from './database.js';
import type { TestStore } from './database.js';

// What PostgreSQL has undone for the sake of another statement is done again.

const target = { targetApp: 'hi-events' };

let store: TestStore;
let knex: Knex;
let sessions: DatabaseSessions;
beforeEach(async () => {
  store = await openTestStore();
  knex = openKnex(store.url);
  sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
});
afterEach(async () => {
  await knex.destroy();
  await store.close();
});

it('a revokeAll that was the victim of a deadlock revokes all the same', async () => {
  const first = await sessions.issue({ userId: 11, ...target });
  const second = await sessions.issue({ userId: 11, ...target });
  const trx = await store.knex.transaction();
  await trx.raw("SET LOCAL deadlock_timeout = '1min'"); // who notices it is the victim
  const lock = (id: string): Promise<unknown> =>
    trx.raw('SELECT FROM cross_app_sessions WHERE id = ? FOR UPDATE', [id]);
  await lock(second.session.id);
  const revoked = sessions.revokeAll({ userId: 11 });
  const waiting = async (): Promise<boolean> => {
    const { rows } = await store.knex.raw<{ rows: unknown[] }>(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  };
  while (!(await waiting()));
  // Each of the two now waits for the other one, so this comes back only when one of them is undone.
  await lock(first.session.id);
  await trx.commit();
  await expect(revoked).resolves.toBe(2);
});

it('where the default isolation has changed meanwhile, exactly one wins and nobody is left in doubt', async () => {
  const tokens = [];
  for (let n = 0; n < 20; n++) tokens.push((await sessions.issue({ userId: 11, ...target })).token);
  const single = createCrossAppSessions({ knex, appId: 'tuvens', batch: false });
  await expect(single.inspect(tokens[0] ?? '', target)).resolves.toBeDefined();
  await store.knex.raw(
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database()); END $$",
  );
  await store.knex.raw(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const codes = await Promise.all(
    tokens.flatMap((token) =>
      Array.from({ length: 5 }, () =>
        single.redeem(token, target).then(
          () => 'redeemed',
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    ),
  );
  const count = (code: string): number => codes.filter((one) => one === code).length;
  expect([count('redeemed'), count('token_used')]).toEqual([20, 80]);
});

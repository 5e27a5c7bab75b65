import { randomBytes } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { createCrossAppSessions, migrate } from '../src/index.js';
import { countStatements, openKnex, openTestStore } from './database.js';
import type { TestStore } from './database.js';
import { explain, listenTo, scansOfSessions } from './sent.js';
import type { Sent } from './sent.js';

const target = { targetApp: 'hi-events' };
const ROWS = 20_000;

let store: TestStore;
let knex: Knex;
let sent: Sent[];
beforeEach(async () => {
  store = await openTestStore();
  await store.knex.raw('ALTER TABLE cross_app_sessions SET (autovacuum_enabled = off)');
  knex = openKnex(store.url);
  sent = listenTo(knex);
});
afterEach(async () => {
  await knex.destroy();
  await store.close();
});

/** Rows that can be redeemed, of which no two expire at the same moment, or all. */
async function fill(expiry: 'different' | 'same'): Promise<void> {
  await store.knex.raw(
    `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
     SELECT encode(sha256(n::text::bytea), 'hex'), 11,
            date_trunc('second', now()) + interval '10 minutes' + n * ?::interval
     FROM generate_series(1, ${ROWS}) n`,
    [expiry === 'different' ? '1 millisecond' : '0'],
  );
}

const unknown = (): string =>
  makeToken({ randomBytes: randomBytes(32), expiresAtSeconds: Math.floor(Date.now() / 1000) + 600 });

/** What a lone redeem, a batch of eight, and the refusals of both send. */
async function redeemAll(): Promise<Sent[]> {
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
  const alone = await issue();
  const batch = await Promise.all(Array.from({ length: 8 }, issue));
  sent.length = 0;
  const redeem = (tokens: readonly string[]): Promise<unknown> =>
    Promise.allSettled(tokens.map((token) => sessions.redeem(token, target)));
  for (const tokens of [[alone], batch]) await redeem(tokens);
  for (const tokens of [[alone], batch]) await redeem(tokens);
  for (const tokens of [[unknown()], [unknown(), unknown()]]) await redeem(tokens);
  expect(sent).toHaveLength(2 + 2 + 3 + 4);
  await store.knex('cross_app_sessions').update({ used_at: null, redemption_id: null });
  return sent.slice();
}

const FILLED: readonly [string, () => Promise<void>][] = [
  [
    'was vacuumed when it was empty, and has not been analysed since',
    async () => {
      await store.knex.raw('VACUUM ANALYZE cross_app_sessions');
      await fill('same');
    },
  ],
  ['has never been analysed', () => fill('same')],
  [
    'is analysed, and no two expire at the same moment',
    async () => {
      await fill('different');
      await store.knex.raw('VACUUM ANALYZE cross_app_sessions');
      await fill('same').catch(() => undefined);
    },
  ],
  [
    'is analysed, and all expire at the same moment',
    async () => {
      await fill('same');
      await store.knex.raw('VACUUM ANALYZE cross_app_sessions');
    },
  ],
];

const BY_HASH = { 'Index Name': 'idx_cross_app_sessions_token_hash' };
const WAYS_TO_A_ROW: Readonly<Record<string, object>> = {
  'Tid Scan': { 'Relation Name': 'cross_app_sessions' },
  'Index Scan': BY_HASH,
  // Several hashes at once.
  'Bitmap Heap Scan': { Plans: [{ 'Node Type': 'Bitmap Index Scan', ...BY_HASH }] },
};

describe.each(['custom', 'generic'] as const)('with %s plans', (plans) => {
  it.each(FILLED)('redeems and refusals go by the hash when the table %s', async (_name, fillTable) => {
    await fillTable();
    for (const statement of await redeemAll()) {
      const scans = scansOfSessions(await explain(store.knex, statement, plans));
      expect(scans.length).toBeGreaterThan(0);
      for (const scan of scans) {
        const read = (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'];
        expect({ ...scan, read }).toMatchObject(
          WAYS_TO_A_ROW[scan['Node Type']] ?? { 'Node Type': 'none of these' },
        );
        expect(read).toBeLessThanOrEqual(8);
      }
    }
  });
});

it('in a table that has only just been made, nothing else is read either', async () => {
  for (const statement of await redeemAll()) {
    for (const scan of scansOfSessions(await explain(store.knex, statement, 'generic'))) {
      expect(scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)).toBeLessThanOrEqual(9);
    }
  }
});

it('an unknown token reads one index a statement, and locks no row', async () => {
  await fill('same');
  const statements = await redeemAll();
  for (const statement of statements.slice(-4)) {
    const plan = await explain(store.knex, statement, 'generic');
    expect(scansOfSessions(plan).every((scan) => scan['Actual Rows'] === 0)).toBe(true);
  }
});

it('a malformed or long expired token costs no query, and an unknown one two', async () => {
  const counted = openKnex(store.url);
  const count = countStatements(counted);
  const sessions = createCrossAppSessions({ knex: counted, appId: 'tuvens' });
  await sessions.issue({ userId: 11, ...target });
  const before = count();
  const expired = makeToken({ randomBytes: randomBytes(32), expiresAtSeconds: 1_700_000_000 });
  const refused = async (token: string): Promise<number> => {
    await expect(sessions.redeem(token, target)).rejects.toBeDefined();
    return count() - before;
  };
  expect(await refused('handoff_nothing')).toBe(0);
  expect(await refused(`${unknown().slice(0, -1)}_`)).toBe(0);
  expect(await refused(expired)).toBe(0);
  expect(await refused(unknown())).toBe(2);
  await counted.destroy();
});

it('a plan that was made for an empty table is not kept while the table grows', async () => {
  await migrate(store.knex);
  await store.knex.raw('VACUUM ANALYZE cross_app_sessions');
  const one = openKnex(store.url, 1);
  const sessions = createCrossAppSessions({ knex: one, appId: 'tuvens', batch: false });
  const handOver = async (): Promise<void> => {
    const { token } = await sessions.issue({ userId: 11, ...target });
    await sessions.redeem(token, target);
  };
  for (let times = 0; times < 20; times++) await handOver();
  await fill('same');
  for (let times = 0; times < 100; times++) await handOver();
  const readSequentially = async (): Promise<number> => {
    await one.raw('SELECT pg_stat_force_next_flush()');
    const { rows } = await one.raw<{ rows: { read: string }[] }>(
      "SELECT seq_tup_read AS read FROM pg_stat_user_tables WHERE relname = 'cross_app_sessions'",
    );
    return Number(rows[0]?.read);
  };
  const before = await readSequentially();
  for (let times = 0; times < 20; times++) await handOver();
  expect((await readSequentially()) - before).toBe(0);
  await one.destroy();
});

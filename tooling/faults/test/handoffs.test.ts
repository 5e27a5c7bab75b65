// Tuvens and Hi.Events in processes of their own, PostgreSQL in others, and between Hi.Events and Tuvens' API a
// network that loses requests and replies.
import { join } from 'node:path';
import { startDemoProcess } from '@cross-app/demo-process';
import type { DemoProcess } from '@cross-app/demo-process';
import { freePort } from '@cross-app/test-database/free-port';
import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { createFaultProxy } from '../src/proxy.js';
import type { FaultProxy } from '../src/proxy.js';
import { FAULTS } from '../src/plan.js';
import { seededRandom } from '../src/random.js';
import { forEachOf, handOver, land, logIn, pressButton } from './person.js';
import { watchUpdates } from './rows-per-update.js';

// More than a quarter of all exchanges end without a reply, so a handoff that may be tried eleven times fails about
// once in a million, whatever the seed.
const WEIGHTS = {
  pass: 62,
  delay: 10,
  refuse: 6,
  'cut-request': 5,
  'cut-reply': 5,
  'half-open-request': 2,
  'half-open-reply': 2,
  'drop-reply': 8,
};
const PATIENCE = {
  HI_EVENTS_TIMEOUT_MS: '60000',
  HI_EVENTS_TRY_TIMEOUT_MS: '1500',
  HI_EVENTS_RETRIES: '10',
};
const AT_A_TIME = 20;

// Has each call of a verb be a statement of its own, where else those that are under way together go in one.
const EACH_ALONE = { NODE_OPTIONS: `--require "${join(__dirname, 'each-alone.cjs')}"` };

jest.setTimeout(180_000);

let knex: Knex;
let proxy: FaultProxy;
let demo: DemoProcess;
const cleanUps: (() => Promise<void>)[] = [];

async function startAll(patience: Readonly<Record<string, string>>): Promise<void> {
  const { url } = await createTestDatabase();
  const port = await freePort();
  const target = { host: '127.0.0.1', port };
  proxy = await createFaultProxy({
    target,
    faults: WEIGHTS,
    random: seededRandom(20260101),
    maxDelayMs: 200,
  });
  cleanUps.push(() => proxy.close());
  demo = await startDemoProcess({
    HI_EVENTS_REDEEM: 'http',
    ...patience,
    DATABASE_URL: url,
    TUVENS_PORT: String(port),
    TUVENS_API_URL: proxy.url,
    TUVENS_RATE_LIMITS: 'off',
  });
  cleanUps.push(() => demo.stop());
  knex = knexFactory({ client: 'pg', connection: url, searchPath: ['cross_app_demo'] });
  cleanUps.push(() => knex.destroy());
}

afterEach(async () => {
  // What was started, the last one first: a demo that does not start leaves a proxy behind.
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

// What Tuvens has of our handoffs; the demo's made-up history is something else.
async function countUsed(): Promise<Record<string, number>> {
  const { rows } = await knex.raw<{ rows: [Record<string, number>] }>(
    `SELECT count(*)::int AS issued,
            count(used_at)::int AS used,
            count(DISTINCT redemption_id)::int AS redemptions,
            count(retried_at)::int AS retried
     FROM cross_app_sessions WHERE payload ->> 'event' LIKE 'handoff %'`,
  );
  return rows[0];
}

// The events of the people who are signed in at Hi.Events, one for each of its sessions.
async function signedIn(): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { event: string }[] }>(
    `SELECT sess -> 'visitor' ->> 'event' AS event FROM hi_events_sessions
     WHERE sess -> 'visitor' IS NOT NULL`,
  );
  return rows.map(({ event }) => event).sort();
}

it.each([
  { count: 1_000, calls: 'gathered in statements', env: {}, isGathered: true },
  { count: 400, calls: 'a statement each', env: EACH_ALONE, isGathered: false },
])('signs every one of $count in exactly once, whatever the network does, with calls $calls', async (run) => {
  const { count, env, isGathered } = run;
  await startAll({ ...PATIENCE, ...env });
  const mostRows = await watchUpdates(knex);
  const accessToken = await logIn(demo);
  const events = Array.from({ length: count }, (_, at) => `handoff ${at}`);

  const arrivals = await forEachOf(count, AT_A_TIME, (at) =>
    handOver(demo, accessToken, { event: `handoff ${at}` }),
  );

  // None lost, none twice: each has one row that was used, and one session of its own.
  expect(arrivals.filter(({ status }) => status !== 303)).toEqual([]);
  const { retried = 0, ...used } = await countUsed();
  expect(used).toEqual({ issued: count, used: count, redemptions: count });
  expect(await signedIn()).toEqual([...events].sort());

  // The network was as bad as it should be, and replies were lost after tokens had been used.
  const counts = proxy.counts();
  for (const fault of FAULTS) expect([fault, counts[fault] >= count * 0.015]).toEqual([fault, true]);
  expect(retried).toBeGreaterThan(count * 0.05);
  // Nobody had to press twice: Hi.Events' server asked again by itself.
  expect(arrivals.map(({ presses }) => presses)).toEqual(events.map(() => 1));

  // And none of the tokens signs anybody in again.
  const replays = await forEachOf(count / 10, AT_A_TIME, async (at) =>
    pressButton(demo, await land(demo, arrivals[at * 10]?.token ?? '')),
  );
  expect(replays.map(({ status }) => status)).toEqual(replays.map(() => 401));
  expect(await signedIn()).toHaveLength(count);
  expect((await mostRows()) > 1).toBe(isGathered);
});

it('loses people on the same network when Hi.Events does not ask again, until they press again themselves', async () => {
  const COUNT = 200;
  await startAll({ ...PATIENCE, HI_EVENTS_RETRIES: '0' });
  const accessToken = await logIn(demo);

  const arrivals = await forEachOf(COUNT, AT_A_TIME, (at) =>
    handOver(demo, accessToken, { event: `handoff ${at}`, presses: 1 }),
  );

  const arrived = arrivals.filter(({ status }) => status === 303);
  const events = await signedIn();
  expect(arrived.length).toBeLessThan(COUNT);
  expect(events).toHaveLength(arrived.length);
  expect(new Set(events).size).toBe(events.length);
  const { used = 0, ...before } = await countUsed();
  expect(before).toMatchObject({ retried: 0 });
  // Some were lost after their token had been used.
  expect(used).toBeGreaterThan(arrived.length);

  // The same browser's press is the same redemption, so it may complete what was begun.
  const lost = arrivals.filter(({ status }) => status !== 303);
  const again = await forEachOf(lost.length, AT_A_TIME, (at) =>
    pressButton(demo, lost[at] ?? { token: '', cookie: '' }, 20),
  );
  expect(again.map(({ status }) => status)).toEqual(lost.map(() => 303));
  expect(await signedIn()).toEqual(Array.from({ length: COUNT }, (_, at) => `handoff ${at}`).sort());
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrossAppSessions, migrate } from '@cross-app/core';
import type { CrossAppSessions } from '@cross-app/protocol';
import { createCrossAppClient, isCrossAppRequestError } from '@cross-app/sdk';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import { freePort } from '@cross-app/test-database/free-port';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { AppProcess } from '../src/run/processes.js';

const TOKENS = 600;
const AT_A_TIME = 16;
const target = { targetApp: 'hi-events' };
const NOT_LET_IN = ['network, ECONNREFUSED', 'network, ECONNRESET'];
const secret = 's'.repeat(32);

let database: TestDatabase;
let knex: Knex;
let sessions: CrossAppSessions;
let url: string;
let startIssuer: () => Promise<AppProcess>;
beforeAll(async () => {
  database = await createTestDatabase();
  knex = knexFactory({ client: 'pg', connection: database.url });
  await migrate(knex, { withUserTables: true });
  await knex('users').insert({ id: 1, email: 'ada@example.com' });
  sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const port = await freePort();
  url = `http://127.0.0.1:${port}/api/cross-app`;
  startIssuer = () =>
    AppProcess.start('issuer.ts', {
      ...{ databaseUrl: database.url, port, secret, timeoutMs: 5_000, noticeMs: 1_000 },
    });
}, 60_000);
afterAll(async () => {
  await knex.destroy();
  await database.close();
});

async function healthStatus(): Promise<number> {
  const response = await fetch(`${url}/health`);
  await response.arrayBuffer();
  return response.status;
}

/** Of what a call without an answer died, as the SDK says it: `network, ECONNREFUSED`. */
function deathOf(error: unknown): string {
  const { cause } = error as Error;
  return isCrossAppRequestError(cause)
    ? (/\((.*); attempts: 1\)$/.exec(cause.message)?.[1] ?? cause.message)
    : String(error);
}

it('an issuer that is told to end says so first, ends what it has begun, and leaves nothing half done', async () => {
  const issued = await Promise.all(
    Array.from({ length: TOKENS }, () => sessions.issue({ userId: '1', ...target })),
  );
  const issuer = await startIssuer();
  const client = createCrossAppClient({ baseUrl: url, appId: 'hi-events', secret, retries: 0 });
  const deaths = new Map<string, string>();
  let answered = 0;
  const work = issued.values();
  const redeemAll = Array.from({ length: AT_A_TIME }, async () => {
    for (const { token } of work) {
      await client.redeem(token, { ...target, redemptionId: randomUUID() }).then(
        () => (answered += 1),
        (error: unknown) => deaths.set(token, deathOf(error)),
      );
      await sleep(40);
    }
  });
  while (answered < 100) await sleep(5);

  const stopped = issuer.stop();
  while ((await healthStatus()) === 200) await sleep(5);
  // It tells whoever sends people that it is about to end, and answers those who come all the same.
  const answeredBefore = answered;
  while (answered === answeredBefore) await sleep(5);
  await stopped;
  await Promise.all(redeemAll);

  // Those who came too late were not let in: refused, or reset where the kernel had let them wait for it. Nothing was
  // done for them, and everything for the others.
  const usedRows = (): Promise<unknown[]> => knex('cross_app_sessions').whereNotNull('used_at');
  expect(deaths.size).toBeGreaterThan(0);
  expect([...deaths.values()].filter((death) => !NOT_LET_IN.includes(death))).toEqual([]);
  expect(await usedRows()).toHaveLength(answered);
  expect(answered + deaths.size).toBe(TOKENS);

  const again = await startIssuer();
  for (const token of deaths.keys()) await client.redeem(token, { ...target, redemptionId: randomUUID() });
  expect(await usedRows()).toHaveLength(TOKENS);
  await again.stop();
}, 60_000);

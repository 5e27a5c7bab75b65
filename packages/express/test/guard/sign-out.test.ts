import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import request from 'supertest';
import type { Agent } from 'supertest';
import { createRevocationList, createRevocationsTable } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import { createRevocationSender, crossAppBackChannel, crossAppGuard } from '../../src/index.js';
import type { CrossAppGuard, SignInRecord } from '../../src/index.js';
import { ISSUER, PATH, SECRET } from '../back-channel/receiver-app.js';
import { serve } from '../serve.js';
import { createSessionApp, derivedSession } from '../session-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

// From the source app's revoke to the target app's next request, on PostgreSQL.

let store: TestStore;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  store = await openTestStore();
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

afterAll(() => store.close());

interface Visitor {
  readonly token: string;
  readonly who: () => Promise<string | null>;
}

/** A browser that is signed in with a handoff of its own. */
async function arrive(app: Express): Promise<Visitor> {
  const token = await store.issueToken();
  const { session } = await store.sessions.redeem(token, { targetApp: TARGET_APP });
  const record: SignInRecord = derivedSession({
    tokenHash: createHash('sha256').update(token).digest('hex'),
    sourceApp: session.sourceApp,
    issuedAt: session.createdAt.toISOString(),
  });
  const browser: Agent = request.agent(app);
  await browser.post('/sign-in').send(record).expect(200);
  const who = async (): Promise<string | null> => {
    const { body } = await browser.get('/me').expect(200);
    return (body as { userId: string | null }).userId;
  };
  return { token, who };
}

function closed(guard: CrossAppGuard): CrossAppGuard {
  closers.push(() => guard.close());
  return guard;
}

async function untilSignedOut({ who }: Visitor): Promise<void> {
  while ((await who()) !== null) await setTimeout(20);
}

describe('with one database for both apps', () => {
  const target = (maxStalenessSeconds?: number): Express => {
    const guard = crossAppGuard({ sessions: store.sessions, maxStalenessSeconds });
    return createSessionApp(closed(guard)).app;
  };

  it('a revoked handoff signs its person out, and nobody else', async () => {
    const app = target(0);
    const [ada, other] = [await arrive(app), await arrive(app)];
    expect([await ada.who(), await other.who()]).toEqual([ADA.id, ADA.id]);
    await store.sessions.revoke(ada.token);
    expect([await ada.who(), await other.who()]).toEqual([null, ADA.id]);
  });

  it.each<[string, object, string | null]>([
    ['the person', { userId: ADA.id }, null],
    ['another person', { userId: '2' }, ADA.id],
    ['the account', { accountId: ACME.id }, null],
    ['this app', { targetApp: TARGET_APP }, null],
    ['another app', { targetApp: 'other' }, ADA.id],
    ['the source app', { sourceApp: 'tuvens' }, null],
    ['everybody', { all: true }, null],
  ])('revoking all of %s signs out whom it must, and who comes later stays', async (_whose, filter, left) => {
    const app = target(0);
    const ada = await arrive(app);
    await store.sessions.revokeAll(filter);
    expect(await ada.who()).toBe(left);
    await setTimeout(2);
    expect(await (await arrive(app)).who()).toBe(ADA.id);
  });

  it('a revocation of another process is heard of long before the answer is too old', async () => {
    const ada = await arrive(target(3600));
    expect(await ada.who()).toBe(ADA.id);
    await store.sessions.revokeAll({ userId: ADA.id });
    await untilSignedOut(ada);
    expect(await ada.who()).toBeNull();
  });
});

describe('with a database for each app', () => {
  let knex: Knex;

  async function openTarget(): Promise<{ app: Express; backChannel: RequestHandler }> {
    const database = await createTestDatabase();
    knex = knexFactory({ client: 'pg', connection: database.url, pool: { min: 0, max: 5 } });
    await createRevocationsTable(knex);
    closers.push(async () => {
      await knex.destroy();
      await database.close();
    });
    const revocations = createRevocationList({ knex });
    const options = { issuers: [ISSUER], targetApp: TARGET_APP, secrets: [SECRET], revocations };
    const guard = closed(crossAppGuard({ sessions: revocations, maxStalenessSeconds: 0 }));
    return { app: createSessionApp(guard).app, backChannel: crossAppBackChannel(options) };
  }

  it('the sender tells the target app, which signs the person out', async () => {
    const { app, backChannel } = await openTarget();
    const served = await serve(express().use(PATH, backChannel));
    closers.push(() => {
      served.close();
    });
    const sender = createRevocationSender({
      outbox: store.sessions.outbox,
      issuer: ISSUER,
      targets: { [TARGET_APP]: { url: served.url + PATH, secret: SECRET } },
    });
    // What the tests before have revoked.
    await sender.deliver();
    const [ada, other] = [await arrive(app), await arrive(app)];
    await store.sessions.revoke(ada.token);
    expect(await ada.who()).toBe(ADA.id);
    expect(await sender.deliver()).toEqual({ delivered: 1, refused: 0, postponed: 0 });
    expect([await ada.who(), await other.who()]).toEqual([null, ADA.id]);
    await store.sessions.revokeAll({ userId: ADA.id });
    await sender.deliver();
    expect(await other.who()).toBeNull();
    expect(await sender.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 0 });
  });

  it('a database that is away is a 503 for the sender, which tells it later', async () => {
    const { backChannel } = await openTarget();
    const served = await serve(express().use(PATH, backChannel));
    closers.push(() => {
      served.close();
    });
    const options = {
      outbox: store.sessions.outbox,
      issuer: ISSUER,
      targets: { [TARGET_APP]: { url: served.url + PATH, secret: SECRET } },
    };
    await store.sessions.revokeAll({ userId: ADA.id });
    await knex.schema.renameTable('cross_app_revocations', 'elsewhere');
    expect(await createRevocationSender(options).deliver()).toMatchObject({ delivered: 0, postponed: 1 });
    await knex.schema.renameTable('elsewhere', 'cross_app_revocations');
    expect(await createRevocationSender(options).deliver()).toMatchObject({ delivered: 1, postponed: 0 });
  });
});

import { randomUUID } from 'node:crypto';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Revocation, RevocationWatch } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { createCrossAppSessions, createRevocationList } from '../../src/index.js';
import type { DatabaseSessions } from '../../src/index.js';
import { Database } from '../../src/database.js';
import { RevocationTable } from '../../src/revocations/known-table.js';
import { watchRevocations } from '../../src/revocations/watch.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
let sessions: DatabaseSessions;
let other: Knex;
let watches: RevocationWatch[];
beforeEach(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
  other = openKnex(store.url);
  watches = [];
  warnings.mockClear();
});
afterEach(async () => {
  await Promise.all(watches.map((watch) => watch.close()));
  await other.destroy();
  await store.close();
});

/** What a listener has heard, and the next of it. */
class Heard {
  readonly all: (Revocation | null)[] = [];
  #read = 0;
  #wake: () => void = () => undefined;

  readonly listener = (revocation: Revocation | null): void => {
    this.all.push(revocation);
    this.#wake();
  };

  async next(): Promise<Revocation | null | undefined> {
    while (this.all.length === this.#read) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.all[this.#read++];
  }
}

async function watch(on: Pick<DatabaseSessions, 'watchRevocations'>): Promise<Heard> {
  const heard = new Heard();
  watches.push(on.watchRevocations(heard.listener));
  expect(await heard.next()).toBeNull();
  return heard;
}

const elsewhere = (): DatabaseSessions => createCrossAppSessions({ knex: other, appId: 'hi-events' });

const LISTENERS = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND query IN ('LISTEN cross_app_revocations', 'SELECT')`;
async function countListeners(): Promise<number> {
  const { rows } = await store.knex.raw<{ rows: [{ count: string }] }>(`SELECT count(*) ${LISTENERS}`);
  return Number(rows[0].count);
}

const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
/** Resolves once this process has warned. */
async function warned(): Promise<void> {
  while (warnings.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('watchRevocations', () => {
  it('tells another process of each kind of revocation, as the list has it', async () => {
    const heard = await watch(elsewhere());
    const { token } = await sessions.issue({ userId: 11, targetApp: 'hi-events' });
    await sessions.redeem(token, { targetApp: 'hi-events' });
    await sessions.revoke(token);
    expect(await heard.next()).toMatchObject({
      tokenHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      targetApp: 'hi-events',
    });
    await sessions.revokeAll({ userId: 11, issuedBefore: new Date('2026-05-01T12:00:00Z') });
    const told = await heard.next();
    expect(told).toMatchObject({ userId: '11', issuedBefore: new Date('2026-05-01T11:59:59.999Z') });
    expect(await sessions.outbox.claim('other', 1)).toEqual([told]);
    const added = {
      ...{
        id: randomUUID(),
        tokenHash: null,
        userId: '12',
        accountId: null,
        sourceApp: null,
        targetApp: null,
      },
      issuedBefore: new Date(),
    };
    await createRevocationList({ knex: store.knex }).add(added);
    expect(await heard.next()).toEqual(added);
  });

  it('has room for the longest ids there can be', async () => {
    const heard = await watch(elsewhere());
    const longest = '\u{1F600}'.repeat(127);
    await createRevocationList({ knex: store.knex }).add({
      ...{ id: randomUUID(), tokenHash: 'a'.repeat(64), userId: longest, accountId: '\u0001'.repeat(255) },
      ...{ sourceApp: 's'.repeat(50), targetApp: 't'.repeat(50), issuedBefore: new Date() },
    });
    expect(await heard.next()).toMatchObject({ userId: longest });
  });

  it('does not tell of another table in the same database', async () => {
    await store.knex.raw(
      'CREATE SCHEMA auth; CREATE TABLE auth.cross_app_revocations (LIKE cross_app_revocations INCLUDING ALL)',
    );
    const tables = { revocations: 'auth.cross_app_revocations' };
    const [here, there] = [
      await watch(elsewhere()),
      await watch(createRevocationList({ knex: other, tables })),
    ];
    await sessions.revokeAll({ userId: 11 });
    await createRevocationList({ knex: store.knex, tables }).add({
      ...{
        id: randomUUID(),
        tokenHash: null,
        userId: '12',
        accountId: null,
        sourceApp: null,
        targetApp: null,
      },
      issuedBefore: new Date(),
    });
    await sessions.revokeAll({ userId: 13 });
    expect([await here.next(), await here.next()]).toMatchObject([{ userId: '11' }, { userId: '13' }]);
    expect(await there.next()).toMatchObject({ userId: '12' });
  });

  it('takes what is not of its form for something that it has missed', async () => {
    const heard = await watch(elsewhere());
    await store.knex.raw("SELECT pg_notify('cross_app_revocations', 'nonsense')");
    expect(await heard.next()).toBeNull();
    await store.knex.raw(
      `SELECT pg_notify('cross_app_revocations', '{"table":"public.cross_app_revocations","revocation":{"id":1}}')`,
    );
    expect(await heard.next()).toBeNull();
  });

  it('listens again when its connection is ended, and says that something may have been missed', async () => {
    const heard = await watch(elsewhere());
    await store.knex.raw(`SELECT pg_terminate_backend(pid) ${LISTENERS}`);
    expect(await heard.next()).toBeNull();
    expect(warnings.mock.calls).toEqual([
      [expect.stringMatching(/terminating connection/), 'CrossAppRevocationWarning'],
    ]);
    await sessions.revokeAll({ userId: 11 });
    expect(await heard.next()).toMatchObject({ userId: '11' });
    await store.knex.raw(`SELECT pg_terminate_backend(pid) ${LISTENERS}`);
    expect(await heard.next()).toBeNull();
  });

  it('begins when the table is there at last', async () => {
    await store.knex.raw('ALTER TABLE cross_app_revocations RENAME TO hidden');
    const heard = new Heard();
    watches.push(elsewhere().watchRevocations(heard.listener));
    await warned();
    expect(heard.all).toEqual([]);
    await store.knex.raw('ALTER TABLE hidden RENAME TO cross_app_revocations');
    expect(await heard.next()).toBeNull();
  });

  it('finds out that nobody is at the other end any more', async () => {
    const proxy = await openProxy(store.url);
    const knex = openKnex(proxy.url);
    const database = new Database(knex, { timeoutMs: 500 });
    const table = new RevocationTable(database, '"cross_app_revocations"');
    const heard = new Heard();
    watches.push(watchRevocations({ knex, table, checkMs: 50, answerMs: 200 }, heard.listener));
    expect(await heard.next()).toBeNull();
    proxy.fallSilent();
    expect(await heard.next()).toBeNull();
    await sessions.revokeAll({ userId: 11 });
    expect(await heard.next()).toMatchObject({ userId: '11' });
    await watches.pop()?.close();
    await knex.destroy();
    await proxy.close();
  });

  it('gives its connection back when it is closed, and tells nothing more', async () => {
    const heard = await watch(elsewhere());
    expect(await countListeners()).toBe(1);
    await watches.pop()?.close();
    while ((await countListeners()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await sessions.revokeAll({ userId: 11 });
    expect(heard.all).toEqual([null]);
  });

  it('can be closed at once, and while it has no connection', async () => {
    await elsewhere()
      .watchRevocations(() => undefined)
      .close();
    const nowhere = openKnex('postgres://127.0.0.1:1/none');
    const lost = createCrossAppSessions({ knex: nowhere, appId: 'tuvens' }).watchRevocations(() => undefined);
    await warned();
    await expect(lost.close()).resolves.toBeUndefined();
    await nowhere.destroy();
  });

  it('goes on after a listener that throws', async () => {
    const heard = new Heard();
    watches.push(
      elsewhere().watchRevocations((revocation) => {
        heard.listener(revocation);
        throw new RangeError('theirs');
      }),
    );
    expect(await heard.next()).toBeNull();
    await sessions.revokeAll({ userId: 11 });
    expect(await heard.next()).toMatchObject({ userId: '11' });
    expect(warnings.mock.calls[0]).toEqual([expect.stringMatching(/theirs/), 'CrossAppRevocationWarning']);
  });
});

interface Proxy {
  readonly url: string;
  /** From now on nothing goes through the connections that are there, and none of them is closed. */
  fallSilent(): void;
  close(): Promise<void>;
}

async function openProxy(url: string): Promise<Proxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    sockets.add(client).add(upstream);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: through.href,
    fallSilent: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

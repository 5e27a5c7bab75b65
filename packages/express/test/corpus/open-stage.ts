import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NEXT_SECRET, OTHER_SECRET, SECRET } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createCorpusApp, OLD_SECRET } from './apps.js';
import type { Stage } from './stage.js';

/** Secrets that nobody may print. */
export const SECRETS = [SECRET, OLD_SECRET, NEXT_SECRET, OTHER_SECRET];

/** A database with the accounts that the corpus names. */
export async function openCorpusStore(): Promise<TestStore> {
  const store = await openTestStore();
  // As hosts with many accounts have them: the largest one of the corpus is 2^63 - 1.
  await store.knex.raw(`
    ALTER TABLE accounts ALTER COLUMN id TYPE bigint;
    ALTER TABLE cross_app_sessions ALTER COLUMN account_id TYPE bigint`);
  const accounts = ['1000', '9223372036854775807'];
  await store.knex('accounts').insert(accounts.map((id) => ({ id, name: id, slug: id })));
  return store;
}

/** A stage in this process, which tells everything. */
export async function openStage(): Promise<Stage & { close(): Promise<void> }> {
  const store = await openCorpusStore();
  const events: string[] = [];
  const errors: unknown[] = [];
  const tell = (event: string): void => {
    events.push(event);
  };
  store.sessions.on('redeemed', () => {
    tell('redeemed');
  });
  store.sessions.on('replayed', () => {
    tell('replayed');
  });
  store.sessions.on('rejected', ({ reason }) => {
    tell(`rejected ${reason}`);
  });
  const observer = {
    onError: (error: unknown) => errors.push(error),
    onSecretUsed: ({ secretId }: { secretId: string }) => {
      tell(`secret ${secretId}`);
    },
    onSignIn: () => {
      tell('signed in');
    },
  };
  const servers: Server[] = [];
  const start = async (trust: number | false): Promise<number> => {
    const app = createCorpusApp(store.sessions, observer).set('trust proxy', trust);
    const server = app.listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const ports = { plain: await start(false), behindProxy: await start(1) };
  return {
    store,
    ports,
    secrets: [...SECRETS],
    events,
    errors,
    isInside: true,
    tokens: {},
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await store.close();
    },
  };
}

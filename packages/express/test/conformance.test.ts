import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCrossAppClient } from '@cross-app/sdk';
import { CONFORMANCE_CASES } from '@cross-app/protocol/conformance';
import type { ConformanceSubject } from '@cross-app/protocol/conformance';
import { createSourceApp, issuerOptions, SECRET } from './issuer-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from './store.js';
import type { TestStore } from './store.js';

const CASES = CONFORMANCE_CASES.map(({ name, run }) => [name, run] as const);

let store: TestStore;
let server: Server;
let subject: ConformanceSubject;
beforeAll(async () => {
  store = await openTestStore();
  server = createSourceApp(issuerOptions(store.sessions, { limits: false })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  subject = {
    sessions: createCrossAppClient({
      baseUrl: `http://127.0.0.1:${port}/api/cross-app`,
      appId: TARGET_APP,
      secret: SECRET,
      accessToken: () => 'ada',
    }),
    user: ADA,
    account: ACME,
    targetApp: TARGET_APP,
  };
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await store.close();
});

describe('the client of an issuer', () => {
  it.each(CASES)('%s', async (_name, run) => {
    await expect(run(subject)).resolves.toBeUndefined();
  });
});

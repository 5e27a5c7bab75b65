import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createCrossAppSessions } from '@cross-app/core';
import { createCrossAppClient } from '@cross-app/sdk';
import { crossAppIssuer } from '../../../src/index.js';
import { issuerOptions, SECRET } from '../../issuer-app.js';
import { TARGET_APP } from '../../store.js';
import { createTargetApp, LANDING } from '../../target-app.js';
import { exchange } from '../exchange.js';
import { landing, unknownToken } from '../stage.js';
import type { Stage } from '../stage.js';
import { fromTable } from './plan.js';
import type { Plan } from './plan.js';

const client = (changes: object) => () =>
  createCrossAppClient({
    baseUrl: 'https://tuvens.com/api/cross-app',
    appId: TARGET_APP,
    secret: SECRET,
    ...changes,
  });

/** The mistake is a TypeError when the thing is made, and says nothing secret. */
const throws = (by: string, make: (stage: Stage) => unknown): Plan['runs'][number] => ({
  by,
  isLocal: true,
  act: (stage) => {
    expect(() => make(stage)).toThrow(TypeError);
    expect(() => make(stage)).toThrow(/^(?!.*hunter2)/);
    return Promise.resolve();
  },
});

const issuerWith = (secrets: readonly string[]) => (stage: Stage) =>
  crossAppIssuer(issuerOptions(stage.store.sessions, { apps: { [TARGET_APP]: { secrets } } }));

const bothSides = (secrets: readonly string[]): Plan => ({
  runs: [
    throws('crossAppIssuer', issuerWith(secrets)),
    throws('createCrossAppClient', client({ secret: secrets[0] })),
  ],
});

type Answer = (res: ServerResponse) => void;

// One more try than two retries.
const TRIES = 3;

/** A server on a port of its own for as long as the work goes on. */
async function serving<Result>(server: Server, work: (port: number) => Promise<Result>): Promise<Result> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** A browser lands at a target app whose issuer answers so. It is not signed in, and may come again. */
async function expectNobodySignedIn(answer: Answer): Promise<void> {
  const bodies: string[] = [];
  const issuer = createServer((req, res) => {
    void text(req).then((body) => {
      bodies.push(body);
      answer(res);
    });
  });
  const token = unknownToken();
  const request = { ...landing(JSON.stringify({ session_token: token })), target: LANDING };
  const reply = await serving(issuer, (port) => {
    const baseUrl = `http://127.0.0.1:${port}/api/cross-app`;
    const target = createTargetApp(client({ baseUrl, tryTimeoutMs: 100, retries: TRIES - 1 })());
    return serving(createServer(target.set('env', 'test')), (landingPort) => exchange(landingPort, request));
  });

  expect(reply.status).toBe(503);
  expect(reply.headers).toMatchObject({ 'retry-after': '1' });
  expect(reply.raw).not.toContain(token.slice(8, 24));
  // All tries are one redemption: the same id, and the rest too.
  expect(bodies).toEqual(Array(TRIES).fill(bodies[0]));
  expect(bodies[0]).toMatch(/"redemption_id":"[0-9a-f-]{36}"/);
}

const answered = (answer: Answer): Plan => ({
  runs: [{ by: 'the landing, with the client', isLocal: true, act: () => expectNobodySignedIn(answer) }],
});

const json =
  (body: string, type = 'application/json') =>
  (res: ServerResponse) =>
    res.writeHead(200, { 'content-type': type }).end(body);

export const planConfig = fromTable({
  'shared secret empty': bothSides(['']),
  'shared secret of 7 characters': bothSides(['hunter2']),
  'no secrets': { runs: [throws('crossAppIssuer', issuerWith([]))] },
  'allowed origin http in production': {
    runs: [
      throws('crossAppIssuer', ({ store }) =>
        crossAppIssuer(issuerOptions(store.sessions, { origins: ['http://tickets.example.com'] })),
      ),
    ],
  },
  'ttl 3600': {
    runs: [
      throws('createCrossAppSessions', ({ store: { knex } }) =>
        createCrossAppSessions({ knex, appId: 'tuvens', ttlSeconds: 3600 }),
      ),
    ],
  },
  'issuer URL http': {
    runs: [throws('createCrossAppClient', client({ baseUrl: 'http://api.example.com' }))],
  },
  'redeem endpoint answers 200 with HTML': answered(json('<p>hello', 'text/html')),
  'redeem endpoint answers 200 for another audience': answered(json('{"target_app":"c"}')),
  'redeem endpoint hangs': answered(() => undefined),
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCrossAppSessions } from '@cross-app/core';
import { crossAppIssuer } from '@cross-app/express';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import type { Knex } from 'knex';
import { openDatabase } from './database.js';

/** A real issuer in this process, and the ways in which a network spoils it. */
export interface TestIssuer {
  /** What the scenario has to know. */
  readonly settings: { readonly origin: string; readonly closedUrl: string; readonly secret: string };
  /** The path of every request since the last call of this. */
  takePaths(): string[];
  close(): Promise<void>;
}

const secret = 'shared-by-tuvens-and-hi-events-only';

export async function startIssuer(): Promise<TestIssuer> {
  const { knex } = await openDatabase();
  const paths: string[] = [];
  const server = createServer(createApp(knex, (path) => paths.push(path)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: { origin, closedUrl: `http://127.0.0.1:${await closedPort()}`, secret },
    takePaths: () => paths.splice(0),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await knex.destroy();
    },
  };
}

function createApp(knex: Knex, onRequest: (path: string) => void): Express {
  const issuer = crossAppIssuer({
    sessions: createCrossAppSessions({ knex, appId: 'tuvens' }),
    apps: { 'hi-events': { secrets: [secret] } },
    authenticate: (req) => (req.headers.authorization === 'Bearer ada' ? { id: 11 } : null),
    canUseAccount: (_user, accountId) => accountId === '77',
    listAccounts: () => [{ id: 77, name: 'Acme', slug: 'acme' }],
    hasPermission: ({ permission }) => permission === 'events:create',
    limits: false,
  });
  const app = express();
  app.use((req, _res, next) => {
    onRequest(req.path);
    next();
  });
  app.use('/api', issuer);
  app.use('/lossy', loseEveryOtherReply(), issuer);
  app.use('/moved', (req, res) => {
    res.redirect(307, `/api${req.path}`);
  });
  app.use('/silent', () => undefined);
  app.use('/html', (_req, res) => {
    res.send('<p>hello');
  });
  return app;
}

// The issuer does its work, and nobody hears of it.
function loseEveryOtherReply(): RequestHandler {
  let requests = 0;
  return (req, res, next) => {
    requests += 1;
    if (requests % 2 === 1) {
      res.end = () => {
        req.socket.destroy();
        return res;
      };
    }
    next();
  };
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

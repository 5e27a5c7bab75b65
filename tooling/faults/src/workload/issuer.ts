// The source app's API in a process of its own, for those who redeem over HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrossAppSessions } from '@cross-app/core';
import { crossAppIssuer } from '@cross-app/express';
import express from 'express';
import { TARGET_APP } from './actor.js';
import { createPool } from './pool.js';
import type { IssuerSettings } from './settings.js';

const settings = JSON.parse(process.argv[3] ?? '') as IssuerSettings;
const { databaseUrl, port, secret, timeoutMs, noticeMs } = settings;
const knex = createPool({ databaseUrl, timeoutMs, poolSize: 4 });
const sessions = createCrossAppSessions({ knex, appId: 'tuvens', timeoutMs });

let isStopping = false;
const app = express();
app.use((_req, res, next) => {
  if (isStopping) res.set('Connection', 'close');
  next();
});
app.use(
  '/api/cross-app',
  crossAppIssuer({
    sessions,
    apps: { [TARGET_APP]: { secrets: [secret] } },
    authenticate: () => null,
    canUseAccount: () => false,
    listAccounts: () => [],
    hasPermission: () => false,
    limits: false,
    async checkHealth() {
      if (isStopping) throw new Error('this process is about to end');
      await knex.raw('SELECT 1');
    },
    onError: () => undefined,
  }),
);
const server = createServer(app);
server.listen(port, '127.0.0.1', () => process.send?.('ready'));
process.on('disconnect', () => process.exit(1));
process.once('SIGTERM', () => void stop());

/** As docs/operations.md says: nobody is sent here any more, what has begun ends, and then there is nothing left to do. */
async function stop(): Promise<void> {
  isStopping = true;
  await sleep(noticeMs);
  server.close();
  await once(server, 'close');
  await knex.destroy();
  process.exit(0);
}

// The server in a process of its own, on one core: `fork('server.mjs', [databaseUrl, secret])`. It says its port,
// answers every message with the CPU seconds it has taken, and ends when its parent lets go of it.
import { createCrossAppSessions } from '@cross-app/core';
import { openKnex } from '../common/database.mjs';
import { createApp } from './apps.mjs';

const POOL_SIZE = 10;

const [databaseUrl, secret] = process.argv.slice(2);
const sessions = createCrossAppSessions({ knex: openKnex(databaseUrl, POOL_SIZE), appId: 'tuvens' });
const server = createApp(sessions, secret).listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send((user + system) / 1e6);
});
process.on('disconnect', () => process.exit());

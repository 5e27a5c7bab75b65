import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createCrossAppSessions } from '@cross-app/core';
import knexFactory from 'knex';
import { createCorpusApp } from './apps.js';

// Both apps in a process of their own, which says on demand what it has used. For `child.ts`.

/** What the process has used up to now. */
export interface Usage {
  /** Live bytes of the heap. */
  readonly heap: number;
  /** Live bytes of buffers. */
  readonly buffers: number;
  /** The most bytes of memory that it ever had. */
  readonly peak: number;
  /** Microseconds of processor time. */
  readonly cpu: number;
}

const connection = process.env['DATABASE_URL'] ?? '';
const knex = knexFactory({ client: 'pg', connection, pool: { min: 0, max: 10 } });
const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
const ignore = (): void => undefined;

async function listen(trust: number | false): Promise<number> {
  const app = createCorpusApp(sessions, { onError: ignore, onSecretUsed: ignore, onSignIn: ignore }).set(
    'trust proxy',
    trust,
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

// What a collection frees of buffers is gone only after the next turn.
async function collect(): Promise<void> {
  globalThis.gc?.();
  await setTimeout(100);
  globalThis.gc?.();
}

function measure(): Usage {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  const peak = process.resourceUsage().maxRSS * 1024;
  return { heap: heapUsed, buffers: external, peak, cpu: user + system };
}

process.on('message', (wanted) => {
  void (wanted === 'heap' ? collect() : Promise.resolve()).then(() => process.send?.(measure()));
});
// The tests have ended.
process.on('disconnect', () => process.exit());

void Promise.all([listen(false), listen(1)]).then(([plain, behindProxy]) => {
  process.send?.({ plain, behindProxy });
});

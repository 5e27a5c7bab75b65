import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Usage } from './server.js';

/** `server.ts` in a process of its own, with the Express that the tests run on. */
export interface Child {
  readonly ports: { readonly plain: number; readonly behindProxy: number };
  /** What it has used so far; with `heap` after a collection. */
  usage(wanted: 'heap' | 'cpu'): Promise<Usage>;
  /** Everything it printed. */
  readonly printed: () => string;
  /** Whether it still runs. */
  readonly isAlive: () => boolean;
  stop(): Promise<void>;
}

export async function startChild(databaseUrl: string): Promise<Child> {
  const child = spawn(
    process.execPath,
    ['--expose-gc', require.resolve('@cross-app/jest/run.cjs'), join(__dirname, 'server.ts')],
    {
      env: { ...process.env, DATABASE_URL: databaseUrl, CROSS_APP_EXPRESS: require.resolve('express') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (printed += String(text)));
  const ended = once(child, 'exit');
  const ports = await Promise.race([
    nextMessage<Child['ports']>(child),
    ended.then(() => Promise.reject(new TypeError(`the server has not started: ${printed}`))),
  ]);
  return {
    ports,
    usage: async (wanted) => {
      child.send(wanted);
      return nextMessage<Usage>(child);
    },
    printed: () => printed,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message];
  return message;
}

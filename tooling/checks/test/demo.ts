import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from './documents.js';

/** What `npm run demo` starts once it has built, on free ports. */
export interface RunningDemo {
  /** Everything that it prints for whoever has started it. */
  readonly printed: string;
  stop(): Promise<void>;
}

export async function startDemo(): Promise<RunningDemo> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'apps/demo/dist/start.js')], {
    env: { PATH, HOME, TUVENS_PORT: '0', HI_EVENTS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const errors = text(child.stderr);
  let printed = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('Ctrl-C stops everything.')) resolve();
    });
  });
  await Promise.race([ready, ended]);
  if (child.exitCode !== null) throw new TypeError(`the demo has ended: ${await errors}`);
  return {
    printed,
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

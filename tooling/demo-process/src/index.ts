import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const DEMO = resolve(__dirname, '../../../apps/demo');

/** What `npm run demo` starts once it has built. */
export interface DemoProcess {
  /** Everything that it prints for whoever has started it. */
  readonly printed: string;
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts what has been built of the demo, on free ports and a PostgreSQL of its own unless `env` says otherwise.
 *
 * @throws TypeError with what it has written to its standard error when it ends instead.
 */
export async function startDemoProcess(env: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['dist/start.js'], {
    cwd: DEMO,
    env: { PATH, HOME, TUVENS_PORT: '0', HI_EVENTS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const errors = text(child.stderr);
  let printed = '';
  const isUp = new Promise<void>((up) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('Ctrl-C stops everything.')) up();
    });
  });
  await Promise.race([isUp, ended]);
  if (child.exitCode !== null) throw new TypeError(`the demo has ended: ${await errors}`);
  const urlOf = (app: RegExp): string => app.exec(printed)?.[1] ?? '';
  return {
    printed,
    tuvensUrl: urlOf(/^Tuvens +(\S+)/m),
    hiEventsUrl: urlOf(/^Hi\.Events +(\S+)/m),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

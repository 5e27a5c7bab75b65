import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePort } from '@cross-app/test-database/free-port';

const START = resolve(__dirname, '../start.mjs');

/** What `npm run example NAME` starts once it has built. */
export interface ExampleProcess {
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
  /** SIGKILL: nothing of it can clean up. */
  crash(): Promise<void>;
  /** As Ctrl-C does. */
  stop(): Promise<{ readonly exitCode: number | null; readonly printed: string }>;
}

/** Starts an example on free ports. @throws TypeError with what it has printed when it ends instead. */
export async function startExample(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ExampleProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const [tuvensUrl, hiEventsUrl] = [
    `http://localhost:${await freePort()}`,
    `http://localhost:${await freePort()}`,
  ];
  const child = spawn(process.execPath, [START, name], {
    env: { PATH, HOME, TUVENS_URL: tuvensUrl, HI_EVENTS_URL: hiEventsUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let printed = '';
  const isUp = new Promise<void>((up) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes('Ctrl-C stops everything.')) up();
      });
    }
  });
  await Promise.race([isUp, ended]);
  if (child.exitCode !== null) throw new TypeError(`the example has ended: ${printed}`);
  return {
    tuvensUrl,
    hiEventsUrl,
    async crash() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGINT');
      await ended;
      return { exitCode: child.exitCode, printed };
    },
  };
}

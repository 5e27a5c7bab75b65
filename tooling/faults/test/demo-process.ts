import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

const DEMO = resolve(__dirname, '../../../apps/demo');

/** `npm run demo`, with each app in a process of its own. */
export interface DemoProcess {
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
  stop(): Promise<void>;
}

/** Starts what has been built of the demo. Both apps of it log to where the tests do. */
export async function startDemoProcess(env: Readonly<Record<string, string>>): Promise<DemoProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['dist/start.js'], {
    cwd: DEMO,
    env: { PATH, HOME, HI_EVENTS_REDEEM: 'http', HI_EVENTS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = once(child, 'exit');
  let printed = '';
  await new Promise<void>((isUp, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('Ctrl-C stops everything.')) isUp();
    });
    void exit.then(([code]) => {
      fail(new TypeError(`the demo has not started: exit code ${String(code)}`));
    });
  });
  const urlOf = (app: RegExp): string => app.exec(printed)?.[1] ?? '';
  return {
    tuvensUrl: urlOf(/^Tuvens +(\S+)/m),
    hiEventsUrl: urlOf(/^Hi\.Events +(\S+)/m),
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** A port that is free now: the proxy has to know it before Tuvens listens there. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

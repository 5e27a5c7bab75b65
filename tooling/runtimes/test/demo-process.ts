import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createTestDatabase } from '@cross-app/test-database';

/** `npm run demo`, as built: Hi.Events redeems over HTTP. */
export interface DemoProcess {
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
  readonly secret: string;
  stop(): Promise<void>;
}

export async function startDemo(): Promise<DemoProcess> {
  const { url } = await createTestDatabase();
  const secret = 'shared-by-tuvens-and-hi-events-only';
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['dist/start.js'], {
    cwd: resolve(__dirname, '../../../apps/demo'),
    env: {
      PATH,
      HOME,
      DATABASE_URL: url,
      HI_EVENTS_REDEEM: 'http',
      HI_EVENTS_SHARED_SECRET: secret,
      TUVENS_PORT: '0',
      HI_EVENTS_PORT: '0',
    },
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
    secret,
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

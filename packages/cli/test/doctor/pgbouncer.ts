import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './own-server.js';

/** Where it is installed; undefined where it is not. Debian keeps it out of the path of ordinary users. */
export const pgbouncer: string | undefined = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find(isExecutable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface PgBouncer {
  /** The same database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface PoolerOptions {
  readonly poolMode: 'transaction' | 'session';
  /** More lines of pgbouncer.ini. */
  readonly settings?: readonly string[];
}

/** A PgBouncer in front of the database. */
export async function startPgBouncer(
  program: string,
  databaseUrl: string,
  { poolMode, settings = [] }: PoolerOptions,
): Promise<PgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const dir = mkdtempSync(join(tmpdir(), 'cross-app-pgbouncer-'));
  chmodSync(dir, 0o755); // it may run as another user
  const listenPort = await freePort();
  const file = join(dir, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
${settings.join('\n')}
`,
  );
  // It refuses to run as root.
  const child = spawn(program, [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  await untilUp(child.stderr, ended);
  child.stderr.resume();
  return {
    url: `postgres://${username}:any@127.0.0.1:${listenPort}${pathname}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function untilUp(log: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<void> {
  let text = '';
  const up = new Promise<void>((resolve) => {
    log.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('process up')) resolve();
    });
  });
  const died = ended.then(() => {
    throw new TypeError(`PgBouncer did not start: ${text}`);
  });
  await Promise.race([up, died]);
  died.catch(() => undefined);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';

const WORKERD = resolve(__dirname, '../node_modules/@cloudflare/workerd-linux-64/bin/workerd');

export const HAVE_WORKERD: boolean = existsSync(WORKERD);

/** A worker that is up. */
export interface Worker {
  readonly url: string;
  stop(): Promise<void>;
}

// No compatibility flags: what a worker gets that asks for nothing, so nothing of Node.
const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      compatibilityDate = "2026-11-01",
    )),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Bundles a script of this package as workers are bundled, and runs it in workerd. */
export async function startWorker(script: string): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), 'cross-app-workerd-'));
  await bundle(script, join(folder, 'worker.mjs'));
  await writeFile(join(folder, 'config.capnp'), CONFIG);
  const child = spawn(WORKERD, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const exit = once(child, 'exit');
  const port = await Promise.race([listeningPort(child.stdio[3] as Readable), exit.then(() => undefined)]);
  if (port === undefined) throw new TypeError('workerd has not started: see what it printed');
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

async function bundle(script: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [resolve(__dirname, '../scripts', script)],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // What is built, and not the sources to which the paths of tsconfig.json lead.
    tsconfigRaw: {},
    logLevel: 'warning',
  });
}

// The first line is {"event":"listen","socket":"http","port":45678}.
async function listeningPort(control: Readable): Promise<number | undefined> {
  for await (const line of createInterface(control)) return (JSON.parse(line) as { port: number }).port;
  return undefined;
}

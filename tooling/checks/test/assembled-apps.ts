import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@cross-app/test-database/free-port';
import { readText, ROOT } from './documents.js';

const CLI = join(ROOT, 'packages/cli/dist/main.js');
// Below tooling/checks, whose node_modules has what the documents install.
const FOLDER = join(__dirname, '../generated/apps');

/** The files of a document's JavaScript blocks that begin with a comment of their name. Later ones replace earlier ones. */
export function filesOf(markdown: string): ReadonlyMap<string, string> {
  const blocks = [...markdown.matchAll(/^```js\n(\/\/ (\S+\.mjs)\n[\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, code = '', name = '']) => [name, code]));
}

/** The text of a document up to the end of the section with this heading. */
export function throughSection(file: string, heading: string): string {
  const sections = readText(file).split(/^(?=## )/m);
  const last = sections.findIndex((section) => section.startsWith(`## ${heading}\n`));
  if (last === -1) throw new TypeError(`${file} has no section "${heading}"`);
  return sections.slice(0, last + 1).join('');
}

/** Runs a `cross-app` command of a document's shell blocks. */
export async function runCommand(command: string, databaseUrl: string): Promise<string> {
  const [, args = ''] = /\bcross-app ([^#]*)/.exec(command) ?? [];
  const env = { ...process.env, DATABASE_URL: databaseUrl, NODE_ENV: 'development' };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args.trim().split(' ')], { env });
  return stdout;
}

/** The apps of a document, running. */
export interface AssembledApps {
  /** Where the app is that the document has on this port. */
  url(port: 3000 | 4000): string;
  stop(): Promise<void>;
}

/** Writes the files as they are, but for the ports, and starts those that listen. */
export async function startApps(
  name: string,
  files: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>>,
): Promise<AssembledApps> {
  const folder = join(FOLDER, name);
  const ports = { 3000: await freePort(), 4000: await freePort() };
  for (const [file, code] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    const moved = code.replace(
      /(localhost:|listen\()(3000|4000)\b/g,
      (_all, before: string, port: string) => {
        return `${before}${ports[port as '3000' | '4000']}`;
      },
    );
    writeFileSync(join(folder, file), moved);
  }
  const entries = [...files].filter(([, code]) => code.includes('.listen(')).map(([file]) => file);
  const { PATH = '', HOME = '' } = process.env;
  const apps = entries.map((file) => new App(join(folder, file), { PATH, HOME, ...env }));
  await Promise.all(Object.values(ports).map((port) => waitUntilUp(port, apps)));
  return {
    url: (port) => `http://localhost:${ports[port]}`,
    async stop() {
      await Promise.all(apps.map((app) => app.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes the files as they are, and runs each to its end. */
export async function runScript(
  name: string,
  files: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = join(FOLDER, name);
  const { PATH = '', HOME = '' } = process.env;
  mkdirSync(folder, { recursive: true });
  for (const [file, code] of files) writeFileSync(join(folder, file), code);
  for (const file of files.keys()) {
    await promisify(execFile)(process.execPath, [join(folder, file)], { env: { PATH, HOME, ...env } });
  }
  rmSync(folder, { recursive: true, force: true });
}

class App {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly errors: Promise<string>;

  constructor(file: string, env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#ended = once(child, 'exit');
    this.errors = text(child.stderr);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (!this.hasEnded) await this.#ended;
  }
}

async function waitUntilUp(port: number, apps: readonly App[]): Promise<void> {
  for (;;) {
    const ended = apps.find((app) => app.hasEnded);
    if (ended !== undefined) throw new TypeError(`an app has ended: ${await ended.errors}`);
    const isUp = await fetch(`http://localhost:${port}/`).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await pause(50);
  }
}

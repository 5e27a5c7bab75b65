// Runs what `npm run demo` runs: the compiled dist/start.js, in a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FOLDER } from './test-demo.js';

export interface Run {
  readonly child: ChildProcess;
  /** Resolves when it has ended, and everything that writes where it writes. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** A process that the demo has started. */
export interface ChildOfDemo {
  readonly pid: number;
  readonly commandLine: string;
}

// The embedded database lives in the temporary folder: what is left there afterwards was not cleaned up.
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'cross-app-demo-'));
  chmodSync(temporary, 0o755);
});

afterEach(() => {
  rmSync(temporary, { recursive: true, force: true });
});

/** @param group whether it leads a group of its own, as what is started from a terminal does. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { group = false } = {},
): Run {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['dist/start.js', ...args], {
    cwd: FOLDER,
    env: { PATH, HOME, TMPDIR: temporary, TUVENS_PORT: '0', HI_EVENTS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
  });
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return {
    child,
    ended: output.then(([stdout, stderr]) => ({ code: child.exitCode, stdout, stderr })),
  };
}

/** Resolves with what was printed, when everything is up. */
export async function ready({ child, ended }: Run): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    void ended.then(({ stderr }) => {
      reject(new TypeError(`the demo has ended: ${stderr}`));
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('Ctrl-C stops everything.')) resolve(printed);
    });
  });
}

/** What the demo has left in its temporary folder. */
export function leftovers(): string[] {
  return readdirSync(temporary);
}

export function postgresPid(): number {
  const [cluster = ''] = leftovers();
  return Number(readFileSync(join(temporary, cluster, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The processes of Tuvens and Hi.Events, in this order. */
export function appProcesses({ child }: Run): ChildOfDemo[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [])
    .filter(([, , parent, args = '']) => Number(parent) === child.pid && args.includes('/dist/processes/'))
    .map(([, pid, , commandLine = '']) => ({ pid: Number(pid), commandLine }))
    .sort((one, other) => other.commandLine.localeCompare(one.commandLine));
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits ten seconds at most for the process to be gone. */
export async function expectGone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; isRunning(pid) && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(isRunning(pid)).toBe(false);
}

/** The URL of the app in what was printed. */
export function urlOf(app: 'Tuvens' | 'Hi.Events', printed: string): string {
  return new RegExp(`^${app.replace('.', '\\.')} +(\\S+)`, 'm').exec(printed)?.[1] ?? '';
}

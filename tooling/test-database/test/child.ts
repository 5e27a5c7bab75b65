import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.js';

/** For a program: go on until the test ends it, or is gone itself, which closes the program's input. */
export const STAY = 'process.stdin.resume();';

export interface Child {
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Resolves to the match as soon as it has printed it. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** As a terminal does with Ctrl-C: the whole process group hears it. */
  interrupt(): void;
  /** Resolves to its exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts `node …args` in a process group of its own, with nothing of our own test run in its environment. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv): Child {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, args, { detached: true, env: { PATH, HOME, NO_COLOR: '1', ...env } });
  const { pid } = child;
  if (pid === undefined) throw new TypeError(`${process.execPath} does not run`);

  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return {
    pid,
    output: () => output,
    prints: (pattern) => until(() => pattern.exec(output)),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
    ended: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals),
  };
}

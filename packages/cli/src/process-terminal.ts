import { createInterface } from 'node:readline';
import type { Terminal } from './terminal.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The terminal of a real process. Ctrl-C ends it, and PostgreSQL undoes the transaction under way when its
 * connection ends; work that can stop early is asked to instead, and ended by a second Ctrl-C.
 */
export function createTerminal(process: NodeJS.Process): Terminal {
  let stopEarly: AbortController | undefined;

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopEarly !== undefined && !stopEarly.signal.aborted) {
        process.stderr.write('\nstopping after the current batch; once more to stop at once\n');
        process.exitCode = SIGNALS[signal];
        stopEarly.abort();
        return;
      }
      process.stderr.write('\nerror: interrupted; what was not finished has been undone\n');
      process.exit(SIGNALS[signal]);
    });
  }

  return {
    env: process.env,
    isInteractive: process.stderr.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    writeOut: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    readSecret: (prompt) => (process.stdin.isTTY ? ask(prompt) : readLine(process.stdin)),
    async interruptible(work) {
      stopEarly = new AbortController();
      try {
        return await work(stopEarly.signal);
      } finally {
        stopEarly = undefined;
      }
    },
  };
}

async function ask(message: string): Promise<string> {
  const { default: password } = await import('@inquirer/password');
  return password({ message }, { output: process.stderr });
}

async function readLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line.trim();
  return '';
}

import type { Progress } from '@cross-app/core';
import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** What a job that works in batches is given. */
export interface JobHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

const LINE_EVERY_MS = 5_000;

/**
 * Does work in batches and shows how far it is on the error stream: a bar with rate and time left where somebody
 * watches, else a line every five seconds. Ctrl-C stops it after the current batch.
 */
export async function withProgress<Result>(
  terminal: Terminal,
  unit: string,
  work: (hooks: JobHooks) => Promise<Result>,
): Promise<Result> {
  const display = terminal.isInteractive ? barDisplay(unit) : lineDisplay(terminal, unit);
  try {
    return await terminal.interruptible((signal) => work({ signal, onProgress: display.show }));
  } finally {
    display.end();
  }
}

interface Display {
  readonly show: (progress: Progress) => void;
  readonly end: () => void;
}

function barDisplay(unit: string): Display {
  const started = performance.now();
  const bar = new SingleBar(
    {
      format: `{bar} {percentage}% | {value} of {total} ${unit} | {rate} ${unit}/s | {eta_formatted} left`,
      clearOnComplete: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    show({ done, total }) {
      if (!isStarted) bar.start(total, 0, { rate: '–' });
      isStarted = true;
      bar.setTotal(total);
      bar.update(done, { rate: Math.round(perSecond(done, started)) });
    },
    end() {
      if (isStarted) bar.stop();
    },
  };
}

function lineDisplay(terminal: Terminal, unit: string): Display {
  const started = performance.now();
  let shown = started;
  return {
    show({ done, total }) {
      if (performance.now() - shown < LINE_EVERY_MS) return;
      shown = performance.now();
      const rate = perSecond(done, started);
      const secondsLeft = Math.round((total - done) / rate);
      terminal.writeError(
        `${done} of ${total} ${unit}, ${Math.round(rate)} ${unit}/s, ${secondsLeft} s left\n`,
      );
    },
    end: () => undefined,
  };
}

function perSecond(done: number, started: number): number {
  return done / ((performance.now() - started) / 1000);
}

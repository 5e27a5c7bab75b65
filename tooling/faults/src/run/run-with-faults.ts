import { check } from '../checker/check.js';
import type { Violation } from '../checker/violation.js';
import type { History } from '../history/history.js';
import { readHistory } from '../history/read-history.js';
import { now } from '../history/recorder.js';
import { lastLook } from './last-look.js';
import type { Line } from './schedule.js';
import { Stage } from './stage.js';
import type { StageOptions } from './stage.js';
import { trouble } from './trouble.js';

export interface RunOptions extends StageOptions {
  readonly schedule: Iterable<readonly Line[]>;
  /** How long faults strike. Recovery and the last look come on top. */
  readonly minutes: number;
}

export interface Run {
  readonly history: History;
  readonly violations: readonly Violation[];
  /** How often each fault struck. */
  readonly faults: ReadonlyMap<string, number>;
}

/** Apps at work while faults strike, a last look at every token when they have ended, and what the checker says. */
export async function runWithFaults({ schedule, minutes, ...options }: RunOptions): Promise<Run> {
  const { seed, folder } = options;
  const stage = await Stage.open(options);
  try {
    const faults = await trouble(stage, schedule, { seed, until: now() + minutes * 60_000 });
    await stage.endApps();
    await lastLook(stage, readHistory(folder, seed));
    const history = readHistory(folder, seed);
    return { history, violations: check(history), faults };
  } finally {
    await stage.close();
  }
}

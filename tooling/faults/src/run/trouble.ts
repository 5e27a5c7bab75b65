import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../history/recorder.js';
import type { Random } from '../random.js';
import { seededRandom } from '../random.js';
import type { Line } from './schedule.js';
import { TIMEOUT_MS } from './stage.js';
import type { Stage } from './stage.js';

// What was under way has ended by then, and connections that are dead have been found out.
const RECOVERY_MS = 3 * TIMEOUT_MS;
const HEALTHY_MS = 1_500;
const PAUSE_MS = 800;

export interface Times {
  readonly seed: number;
  /** Of the monotonic clock: nothing begins after it. */
  readonly until: number;
}

/** Bad times, and after each a good one, which is written down. Gives how often each fault struck. */
export async function trouble(
  stage: Stage,
  schedule: Iterable<readonly Line[]>,
  { seed, until }: Times,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const randoms: Random[] = [];
  for (const lines of schedule) {
    if (now() > until) break;
    await Promise.all(
      lines.map(async (line, index) => {
        const random = (randoms[index] ??= seededRandom(seed + index));
        for (const { name, strike } of line) {
          if (now() > until) break;
          await sleep(random() * PAUSE_MS);
          await strike(stage, random);
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }),
    );
    await sleep(RECOVERY_MS);
    const from = now();
    await sleep(HEALTHY_MS);
    stage.recorder.write({ kind: 'healthy', from, to: now() });
  }
  return counts;
}

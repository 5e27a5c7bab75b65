import { APP_FAULTS } from '../faults/of-apps.js';
import type { Fault } from '../faults/fault.js';
import { DATABASE_FAULTS } from '../faults/of-database.js';
import { CHORES } from '../faults/of-maintenance.js';
import { NETWORK_FAULTS } from '../faults/of-network.js';
import { SERVER_FAULTS } from '../faults/of-servers.js';
import type { Random } from '../random.js';
import { seededRandom } from '../random.js';
import { pickWeighted } from '../workload/pick.js';

/** Faults one after the other. Lines strike beside each other. */
export type Line = readonly Fault[];

// One line each: two of a kind at once would take from each other what they need to heal what they broke.
const KINDS: readonly Kind[] = [
  { faults: APP_FAULTS, atMost: 16 },
  { faults: NETWORK_FAULTS, atMost: 6 },
  { faults: [...DATABASE_FAULTS, ...SERVER_FAULTS], atMost: 6 },
  { faults: CHORES, atMost: 6 },
];

interface Kind {
  readonly faults: readonly Fault[];
  /** In one bad time. */
  readonly atMost: number;
}

/** Lines for one bad time after the other, for as long as somebody wants more. The same ones for the same seed. */
export function* randomSchedule(seed: number): Generator<readonly Line[], never> {
  const random = seededRandom(seed);
  for (;;) yield KINDS.map((kind) => pickSome(kind, random));
}

function pickSome({ faults, atMost }: Kind, random: Random): Line {
  return Array.from({ length: 1 + Math.floor(random() * atMost) }, () => pickWeighted(faults, random));
}

/** Every fault once, in an order that does not change. */
export function* eachOnce(): Generator<readonly Line[], void> {
  const rounds = Math.ceil(Math.max(...KINDS.map(({ faults }) => faults.length)) / 3);
  for (let round = 0; round < rounds; round++) {
    yield KINDS.map(({ faults }) => faults.filter((_, index) => index % rounds === round));
  }
}

export const FAULTS: readonly Fault[] = KINDS.flatMap(({ faults }) => faults);

/** One fault again and again and no other; or none at all, for as many times. */
export function* alone(fault: Fault | undefined, times: number): Generator<readonly Line[], void> {
  for (let time = 0; time < times; time++) yield fault === undefined ? [] : [[fault]];
}

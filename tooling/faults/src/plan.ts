import type { Random } from './random.js';

/**
 * What can become of one exchange, which is a request and its reply:
 *
 * - `pass`: nothing.
 * - `delay`: the request, or the reply, is held back for up to `maxDelayMs`.
 * - `refuse`: the connection is reset, and no byte of the request is passed on.
 * - `cut-request`, `cut-reply`: what comes before a random byte is passed on, then both connections are reset.
 * - `half-open-request`: the request is swallowed, and nothing ever comes back.
 * - `half-open-reply`: the target gets the request; its reply is swallowed, and nothing ever comes back.
 * - `drop-reply`: the target gets the request and replies; the connection is closed without the reply.
 */
export const FAULTS = [
  'pass',
  'delay',
  'refuse',
  'cut-request',
  'cut-reply',
  'half-open-request',
  'half-open-reply',
  'drop-reply',
] as const;

export type Fault = (typeof FAULTS)[number];

/** How often each one is chosen, relative to the others. One that is left out is never chosen. */
export type FaultWeights = Readonly<Partial<Record<Fault, number>>>;

/** What is to become of the next exchange. */
export interface Plan {
  readonly fault: Fault;
  /** 0 up to 1: which byte, or how long. */
  readonly at: number;
}

/**
 * Plans one exchange after the other. Each takes two numbers whatever it is, so that the n-th plan depends on
 * the seed alone.
 *
 * @throws TypeError for weights that choose nothing, or that name no fault.
 */
export function createPlanner(weights: FaultWeights, random: Random): () => Plan {
  const choices = checkWeights(weights);
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let left = random() * total;
    const at = random();
    const chosen = choices.find(({ weight }) => (left -= weight) < 0);
    return { fault: chosen?.fault ?? 'pass', at };
  };
}

function checkWeights(weights: FaultWeights): readonly { fault: Fault; weight: number }[] {
  for (const name of Object.keys(weights)) {
    if (!FAULTS.some((fault) => fault === name)) {
      throw new TypeError(`faults: there is no ${JSON.stringify(name)}; there are ${FAULTS.join(', ')}`);
    }
  }
  const choices = FAULTS.map((fault) => ({ fault, weight: weights[fault] ?? 0 }));
  const areWeights = choices.every(({ weight }) => Number.isFinite(weight) && weight >= 0);
  if (areWeights && choices.some(({ weight }) => weight > 0)) return choices;
  throw new TypeError(
    'faults must be weights of 0 and more, not all of them 0, such as { pass: 9, delay: 1 }',
  );
}

import { createPlanner, FAULTS } from '../src/plan.js';
import type { Fault, FaultWeights, Plan } from '../src/plan.js';
import { seededRandom } from '../src/random.js';

const EVEN = Object.fromEntries(FAULTS.map((fault) => [fault, 1])) as Record<Fault, number>;

function plans(weights: FaultWeights, seed: number): Plan[] {
  const next = createPlanner(weights, seededRandom(seed));
  return Array.from({ length: 8_000 }, next);
}

it('plans the same for the same seed, and something else for another', () => {
  expect(plans(EVEN, 7)).toEqual(plans(EVEN, 7));
  expect(plans(EVEN, 7)).not.toEqual(plans(EVEN, 8));
});

it('gives numbers from 0 up to 1, everywhere alike', () => {
  const random = seededRandom(1);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let draws = 0; draws < 20_000; draws += 1) {
    const tenth = Math.floor(random() * 10);
    tenths[tenth] = (tenths[tenth] ?? Number.NaN) + 1;
  }
  expect(tenths).toHaveLength(10);
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

it('chooses as often as the weights say, and never what has none', () => {
  const counts = new Map<Fault, number>();
  for (const { fault } of plans({ pass: 6, refuse: 2, delay: 0 }, 3)) {
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(['pass', 'refuse']);
  expect(Math.abs((counts.get('refuse') ?? 0) - 2_000)).toBeLessThan(200);
});

it('has another place for each plan', () => {
  expect(new Set(plans({ 'cut-reply': 1 }, 4).map(({ at }) => at)).size).toBeGreaterThan(7_900);
});

it.each([
  ['no weights', {}, 'weights of 0 and more, not all of them 0'],
  ['weights that are all 0', { pass: 0 }, 'weights of 0 and more, not all of them 0'],
  ['a negative weight', { pass: 2, refuse: -1 }, 'weights of 0 and more'],
  ['a weight that is no number', { pass: Number.NaN }, 'weights of 0 and more'],
  ['an unknown fault', { pass: 1, explode: 1 }, 'there is no "explode"; there are pass, delay'],
])('refuses %s', (_, weights, message) => {
  expect(() => createPlanner(weights, Math.random)).toThrow(TypeError);
  expect(() => createPlanner(weights, Math.random)).toThrow(message);
});

it('refuses a seed that is no whole number', () => {
  expect(() => seededRandom(0.5)).toThrow(TypeError);
});

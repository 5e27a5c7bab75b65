/** Gives numbers from 0 up to 1, not including 1, as `Math.random` does. */
export type Random = () => number;

/**
 * The same numbers for the same seed (mulberry32), so that a run that failed can be had again.
 *
 * @param seed a whole number; its lowest 32 bits count.
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new TypeError('seededRandom: seed must be a whole number');
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

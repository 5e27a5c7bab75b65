import { median, quantile } from 'simple-statistics';

/** `quantile(values, share)`: the value below which that share of the values lies, or what lies between two of them. */
export { median, quantile };

/** `2.01 (1.95 – 2.20)`: the median of some rounds, and between what they were. */
export function spread(values, digits) {
  const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${min.toFixed(digits)} – ${max.toFixed(digits)})`;
}

/** The rivals in the order of this round: nobody is always first. */
export function inTurn(rivals, round) {
  return rivals.map((_, index) => rivals[(index + round) % rivals.length]);
}

/** The same of a number that each round gives. */
export function spreadOf(rounds, numberOf, digits) {
  return spread(rounds.map(numberOf), digits);
}

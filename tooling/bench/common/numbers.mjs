/** The value below which that share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** `2.01 (1.95 – 2.20)`: the median of some rounds, and between what they were. */
export function spread(values, digits) {
  const [median, min, max] = [quantile(values, 0.5), Math.min(...values), Math.max(...values)];
  return `${median.toFixed(digits)} (${min.toFixed(digits)} – ${max.toFixed(digits)})`;
}

/** The rivals in the order of this round: nobody is always first. */
export function inTurn(rivals, round) {
  return rivals.map((_, index) => rivals[(index + round) % rivals.length]);
}

import { median, spread } from '../common/numbers.mjs';
import { BARS } from './bars.mjs';
import { markdown } from './markdown.mjs';

/** Each bar, what was measured, and whether the median of the rounds is beyond it. */
export function barsTable(results) {
  return markdown({
    head: ['bar', 'bench', 'wanted', 'measured', 'met'],
    rows: BARS.map(({ text, bench, rounds, ...bar }) => {
      const measured = results.has(bench) ? rounds(results.get(bench).measured) : undefined;
      return [text, bench, wanted(bar), ...outcome(measured, bar)];
    }),
  });
}

function wanted({ atLeast, atMost, digits = 2 }) {
  return atLeast === undefined ? `≤ ${atMost.toFixed(digits)}` : `≥ ${atLeast.toFixed(digits)}`;
}

function outcome(rounds, { atLeast = -Infinity, atMost = Infinity, digits = 2 }) {
  if (rounds === undefined) return ['not measured', ''];
  const middle = median(rounds);
  return [spread(rounds, digits), middle >= atLeast && middle <= atMost ? 'yes' : 'no'];
}

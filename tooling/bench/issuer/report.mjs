import { spreadOf } from '../common/numbers.mjs';
import { barPlot } from '../common/plot.mjs';

const HEAD = ['call', 'calls/s', 'beside', 'calls/s', 'ratio', "server's CPU a call, ratio"];

/** Each case and what it is beside: the median of the rounds, and between what they were. */
export function tables({ measured, options: { calls } }) {
  const rows = measured.map(({ name, beside, isLocal = false, rounds }) => [
    name,
    spreadOf(rounds, ({ own }) => calls / own.seconds, 0),
    beside,
    spreadOf(rounds, ({ other }) => calls / other.seconds, 0),
    spreadOf(rounds, ratio, 2),
    isLocal ? '' : spreadOf(rounds, ({ own, other }) => own.cpuSeconds / other.cpuSeconds, 2),
  ]);
  return [{ title: 'The issuer over HTTP', head: HEAD, rows }];
}

export function plots({ measured }) {
  const plot = barPlot({
    title: 'The issuer over HTTP: calls a second, as a ratio to what each call is beside',
    groups: measured.map(({ name, beside }) => `${name} / ${beside}`),
    y: { name: 'ratio' },
    series: [{ name: 'ratio', values: measured.map(({ rounds }) => rounds.map(ratio)) }],
    horizontal: true,
  });
  return [{ file: 'issuer.svg', option: plot }];
}

function ratio({ own, other }) {
  return other.seconds / own.seconds;
}

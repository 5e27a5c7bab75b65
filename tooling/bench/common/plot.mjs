// The two kinds of plot that the benches need, as options of echarts. Every value is the list of its rounds: drawn is the
// median, with a bar from the lowest to the highest.
import { BAR_WIDTH, barErrors, lineErrors } from './error-bars.mjs';
import { median } from './numbers.mjs';

// Told apart without colours too.
const SYMBOLS = [
  'circle',
  'rect',
  'triangle',
  'diamond',
  'emptyCircle',
  'emptyRect',
  'emptyTriangle',
  'emptyDiamond',
];

const LONG_NAMES = { inverse: true, axisLabel: { width: 200, overflow: 'break' } };
// Fonts differ in width from what echarts takes them for.
const ROOM_FOR_LONG_NAMES = { left: 260 };

/**
 * A line for each of the series over x: `{ title, x: { name, type }, y: { name, log }, series: [{ name, points: [[x, rounds], …] }] }`.
 * `x.type` is `value`, `log` or `category`, the default, which puts what is measured at equal distances.
 */
export function linePlot({ title, x, y, series }) {
  const { name, type = 'category' } = x;
  const categories = type === 'category' ? { data: categoriesOf(series) } : {};
  return {
    title: { text: title },
    ...legendOf(series),
    xAxis: { name, type, axisLabel: { formatter: grouped }, ...categories },
    yAxis: valueAxis(y),
    series: series.flatMap(({ name, points }, index) => {
      const place = (at) => (type === 'category' ? categories.data.indexOf(at) : at);
      const symbol = SYMBOLS[index % SYMBOLS.length];
      const data = points.map(([at, rounds]) => [place(at), median(rounds)]);
      const ranges = points.map(([at, rounds]) => [place(at), Math.min(...rounds), Math.max(...rounds)]);
      return [{ name, type: 'line', symbol, symbolSize: 9, data }, lineErrors(name, ranges)];
    }),
  };
}

/**
 * Groups of bars, a bar for each of the series: `{ title, groups, y: { name, log }, series: [{ name, values }] }`, where
 * `values` has the rounds of each group, or nothing where there is none. `horizontal` is for long names of groups; `stacked` puts the
 * bars of a group on top of each other, without the bars of lowest and highest.
 */
export function barPlot({ title, groups, y, series, horizontal = false, stacked = false }) {
  const names = { type: 'category', data: groups, ...(horizontal && LONG_NAMES) };
  const axes = horizontal ? { xAxis: valueAxis(y), yAxis: names } : { xAxis: names, yAxis: valueAxis(y) };
  return {
    title: { text: title },
    ...legendOf(series, horizontal && ROOM_FOR_LONG_NAMES),
    ...axes,
    series: series.flatMap(({ name, values }, index) => {
      const bars = { name, type: 'bar', ...BAR_WIDTH, data: values.map(medianOrNone) };
      if (stacked) return [{ ...bars, stack: 'all' }];
      const bar = { index, count: series.length, horizontal };
      return [bars, barErrors(name, values, bar)];
    }),
  };
}

// One series needs no legend, and no room for one.
function legendOf(series, room) {
  if (series.length > 1) return { legend: { data: series.map(({ name }) => name) }, grid: { ...room } };
  return { legend: { show: false }, grid: { bottom: 60, ...room } };
}

function valueAxis({ name, log = false }) {
  return { name, type: log ? 'log' : 'value', axisLabel: { formatter: grouped } };
}

function categoriesOf(series) {
  return [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))];
}

// echarts leaves out what is `-`.
function medianOrNone(rounds = []) {
  return rounds.length === 0 ? '-' : median(rounds);
}

// 10,000 and not 10000, whatever language the machine speaks.
function grouped(value) {
  const number = Number(value);
  return Number.isNaN(number) ? value : number.toLocaleString('en', { maximumFractionDigits: 9 });
}

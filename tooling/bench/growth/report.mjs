import { median, spreadOf, spread } from '../common/numbers.mjs';
import { linePlot } from '../common/plot.mjs';

/** For each layout the time of a redeem with its ratio to that in the smallest table, and the buffers it reads. */
export function tables({ measured: { cases }, options }) {
  return options.layouts.flatMap((layout) => {
    const table = (title, cellOf) => tableOf(cases, { title, layout, cellOf });
    return [
      table(`Redeem, ${layout}: µs, ratio to the smallest table`, timeAndRatio),
      table(`Redeem, ${layout}: buffers read, and how many of them were not in PostgreSQL's memory`, buffers),
    ];
  });
}

/** Time over rows, a line for each layout and rival, for each number in flight. */
export function plots({ measured: { cases }, options }) {
  return options.inFlight.map((inFlight) => {
    const drawn = cases.filter((each) => each.inFlight === inFlight);
    const names = [...new Set(drawn.map(lineOf))];
    const series = names.map((name) => ({
      name,
      points: drawn
        .filter((each) => lineOf(each) === name)
        .map(({ rows, rounds }) => [rows, rounds.map(microseconds)]),
    }));
    const title = `Growth: time of a redeem, ${inFlight} in flight`;
    const axes = { x: { name: 'rows', type: 'log' }, y: { name: 'µs' } };
    return { file: `growth-${inFlight}.svg`, option: linePlot({ title, ...axes, series }) };
  });
}

function tableOf(cases, { title, layout, cellOf }) {
  const ofLayout = cases.filter((each) => each.layout === layout);
  const columns = [...new Set(ofLayout.map(columnOf))];
  const sizes = [...new Set(ofLayout.map(({ rows }) => rows))];
  return {
    title,
    head: ['rows', ...columns],
    rows: sizes.map((rows) => [
      rows.toLocaleString('en'),
      ...columns.map((column) => {
        const [smallest, ...others] = ofLayout.filter((each) => columnOf(each) === column);
        const own = [smallest, ...others].find((each) => each.rows === rows);
        return cellOf(own.rounds, own === smallest ? undefined : smallest.rounds);
      }),
    ]),
  };
}

function columnOf({ rival, inFlight }) {
  return `${rival}, ${inFlight} in flight`;
}

function lineOf({ layout, rival }) {
  return `${layout}, ${rival}`;
}

function timeAndRatio(rounds, smallest) {
  const time = median(rounds.map(microseconds)).toFixed(0);
  if (smallest === undefined) return time;
  const ratios = rounds.map((numbers, round) => microseconds(numbers) / microseconds(smallest[round]));
  return `${time}, ${spread(ratios, 2)}`;
}

function buffers(rounds) {
  const all = spreadOf(rounds, ({ hits, reads, calls }) => (hits + reads) / calls, 1);
  return `${all}, ${median(rounds.map(({ reads, calls }) => reads / calls)).toFixed(2)}`;
}

function microseconds({ calls, seconds }) {
  return (1_000_000 * seconds) / calls;
}

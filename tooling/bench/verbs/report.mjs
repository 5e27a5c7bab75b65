import { median, spread } from '../common/numbers.mjs';
import { linePlot } from '../common/plot.mjs';

const BESIDE = 'hand-written';
const OURS = 'batched';
const OTHER_BARS = ['pgbench', 'pgbench -c 10', 'better-auth', 'JWT + jti', 'JWT + jti + user'];
const VERBS = ['redeem', 'issue'];

/** For each verb the rates beside the hand-written statement, ours beside others, and processor time. */
export function tables({ measured: { cases }, options }) {
  const { verbs, rivals, inFlight: counts } = options;
  const table = (title, verb, { rows, cellOf }) => ({
    title: `${capitalized(verb)}: ${title}`,
    head: ['', ...counts.map((inFlight) => `${inFlight} in flight`)],
    rows: rows.map((rival) => [
      rival,
      ...counts.map((inFlight) => {
        const find = finder(cases, { verb, inFlight });
        return find(rival) === undefined ? 'not measured' : cellOf(find, rival);
      }),
    ]),
  });
  const others = rivals.includes(OURS) ? OTHER_BARS.filter((name) => rivals.includes(name)) : [];
  return VERBS.filter((verb) => verbs.includes(verb))
    .flatMap((verb) => [
      table(`calls a second, ratio to ${BESIDE}`, verb, { rows: rivals, cellOf: rateAndRatio }),
      table(`ratio of ${OURS} to`, verb, { rows: others, cellOf: ratioOfOurs }),
      table('processor time of a call in µs, this process + PostgreSQL', verb, {
        rows: rivals,
        cellOf: processorTime,
      }),
    ])
    .filter(({ rows }) => rows.length > 0);
}

/** Calls a second over calls in flight, a line for each rival. */
export function plots({ measured: { cases }, options }) {
  const present = options.rivals.filter((rival) => cases.some((each) => each.rival === rival));
  return VERBS.filter((verb) => options.verbs.includes(verb)).map((verb) => {
    const ratesOf = (rival, inFlight) => finder(cases, { verb, inFlight })(rival).map(rate);
    const series = present.map((rival) => ({
      name: rival,
      points: options.inFlight.map((inFlight) => [inFlight, ratesOf(rival, inFlight)]),
    }));
    const title = `${capitalized(verb)}: calls a second`;
    const axes = { x: { name: 'calls in flight' }, y: { name: 'calls/s', log: true } };
    return { file: `verbs-${verb}.svg`, option: linePlot({ title, ...axes, series }) };
  });
}

/** Finds the rounds of a rival; undefined when it was not measured. */
function finder(cases, { verb, inFlight }) {
  const ofLoad = cases.filter((each) => each.verb === verb && each.inFlight === inFlight);
  return (rival) => ofLoad.find((each) => each.rival === rival)?.rounds;
}

function rateAndRatio(find, rival) {
  const own = median(find(rival).map(rate)).toFixed(0);
  const other = find(BESIDE);
  return rival === BESIDE || other === undefined ? own : `${own}, ${ratio(find(rival), other)}`;
}

function ratioOfOurs(find, rival) {
  return ratio(find(OURS), find(rival));
}

/** `2.01 (1.95 – 2.20)`: of two rates in the same round. */
function ratio(own, other) {
  return spread(
    own.map((numbers, round) => rate(numbers) / rate(other[round])),
    2,
  );
}

function processorTime(find, rival) {
  const microseconds = (of) => {
    const known = find(rival).filter((numbers) => numbers[of] !== null);
    if (known.length === 0) return '?';
    return median(known.map((numbers) => (1_000_000 * numbers[of]) / numbers.calls)).toFixed(0);
  };
  return `${microseconds('clientSeconds')} + ${microseconds('postgresSeconds')}`;
}

function rate({ calls, seconds }) {
  return calls / seconds;
}

function capitalized(word) {
  return word[0].toUpperCase() + word.slice(1);
}

import { median, spreadOf } from '../common/numbers.mjs';
import { linePlot } from '../common/plot.mjs';

const BESIDE = 'bare';

/** For each call the rates and the server's processor time, both beside the bare handler. */
export function tables({ measured: { cases }, options: { inFlight } }) {
  const head = ['', ...inFlight.map((count) => `${count} in flight`)];
  const table = (call, title, cellOf) => ({
    title: `${capitalized(call)}: ${title}`,
    head,
    rows: namesOf(cases, 'rival').map((rival) => [
      rival,
      ...inFlight.map((count) => {
        const find = finder(cases, { call, inFlight: count });
        return cellOf(find(rival), find(BESIDE));
      }),
    ]),
  });
  return namesOf(cases, 'call').flatMap((call) => [
    table(call, `calls a second, and their ratio to the ${BESIDE} handler`, rateCell),
    table(call, "the server's processor time of a call in µs, and its ratio", processorCell),
  ]);
}

/** Calls a second over calls in flight, a plot for each call. */
export function plots({ measured: { cases }, options: { inFlight } }) {
  return namesOf(cases, 'call').map((call) => ({
    file: `http-${call}.svg`,
    option: linePlot({
      title: `${capitalized(call)} over HTTP: calls a second`,
      x: { name: 'calls in flight' },
      y: { name: 'calls/s' },
      series: namesOf(cases, 'rival').map((rival) => ({
        name: rival,
        points: inFlight.map((count) => {
          const rounds = finder(cases, { call, inFlight: count })(rival);
          return [count, rounds.map(rate)];
        }),
      })),
    }),
  }));
}

function rateCell(own, other) {
  return cell(own, other, rate);
}

function processorCell(own, other) {
  return cell(own, other, processorTime);
}

// The median, and the ratio in the same round, of the rounds.
function cell(own, other, numberOf) {
  const middle = median(own.map(numberOf)).toFixed(0);
  if (own === other) return middle;
  return `${middle}, ${spreadOf(own, (each, round) => numberOf(each) / numberOf(other[round]), 2)}`;
}

function finder(cases, { call, inFlight }) {
  return (rival) =>
    cases.find((each) => each.call === call && each.rival === rival && each.inFlight === inFlight).rounds;
}

function namesOf(cases, key) {
  return [...new Set(cases.map((each) => each[key]))];
}

function rate({ calls, seconds }) {
  return calls / seconds;
}

function processorTime({ calls, serverSeconds }) {
  return (1_000_000 * serverSeconds) / calls;
}

function capitalized(word) {
  return word[0].toUpperCase() + word.slice(1);
}

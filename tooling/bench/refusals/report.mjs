import { median, spreadOf } from '../common/numbers.mjs';
import { barPlot } from '../common/plot.mjs';

const PLACES = [
  { where: 'in process', title: 'Refusals in process', beside: 'accepted' },
  { where: 'over HTTP', title: 'Refusals over HTTP', beside: 'bare' },
];

/** For each place the rates and their ratio, and the queries of a refusal. */
export function tables({ measured: { cases }, options: { inFlight } }) {
  return PLACES.flatMap(({ where, title, beside }) => {
    const table = (what, cellOf) => ({
      title: `${title}: ${what}`,
      head: ['', ...inFlight.map((count) => `${count} in flight`)],
      rows: kindsOf(cases, where).map((kind) => [
        kind,
        ...inFlight.map((count) => {
          const find = finder(cases, { where, inFlight: count });
          return cellOf(find(kind), find(beside));
        }),
      ]),
    });
    return [
      table(`calls a second, and their ratio to ${beside}`, rateCell),
      table('queries a call', (own) => middle(own, queries).toFixed(2)),
      ...(where === 'over HTTP' ? [table("the server's processor time of a call in µs", processorCell)] : []),
    ];
  });
}

/** Over HTTP each kind beside the bare handler. */
export function plots({ measured: { cases }, options: { inFlight } }) {
  return PLACES.map(({ where, title, beside }) => ({
    file: `refusals-${where.replace(' ', '-').toLowerCase()}.svg`,
    option: barPlot({
      title: `${title}: calls a second, ratio to ${beside}`,
      groups: kindsOf(cases, where),
      y: { name: 'ratio', log: true },
      series: inFlight.map((count) => {
        const find = finder(cases, { where, inFlight: count });
        const values = kindsOf(cases, where).map((kind) => find(kind).map(ratioTo(find(beside))));
        return { name: `${count} in flight`, values };
      }),
    }),
  }));
}

function rateCell(own, other) {
  const rates = middle(own, rate).toFixed(0);
  return own === other ? rates : `${rates}, ${spreadOf(own, ratioTo(other), 2)}`;
}

function processorCell(own) {
  return middle(own, ({ calls, serverSeconds }) => (1_000_000 * serverSeconds) / calls).toFixed(0);
}

function finder(cases, { where, inFlight }) {
  return (kind) =>
    cases.find((each) => each.where === where && each.kind === kind && each.inFlight === inFlight).rounds;
}

function kindsOf(cases, where) {
  return [...new Set(cases.filter((each) => each.where === where).map(({ kind }) => kind))];
}

function ratioTo(other) {
  return (own, round) => rate(own) / rate(other[round]);
}

function rate({ calls, seconds }) {
  return calls / seconds;
}

function queries({ calls, queries: count }) {
  return count / calls;
}

function middle(rounds, numberOf) {
  return median(rounds.map(numberOf));
}

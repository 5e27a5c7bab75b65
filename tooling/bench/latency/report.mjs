import { spreadOf } from '../common/numbers.mjs';
import { linePlot } from '../common/plot.mjs';
import { PERCENTILES } from './histogram.mjs';

const NINETY_NINE = PERCENTILES.indexOf(99);

/** What can be done, and for each workload, beside nothing and a cleanup, the latencies of every load and rival. */
export function tables({ measured: { capacities, cases } }) {
  return [capacityTable(capacities), ...groupsOf(cases, ['workload', 'beside']).map(latencyTable)];
}

/** The 99th percentile over the load, a line for each rival, beside nothing and a cleanup, as far as it keeps up. */
export function plots({ measured: { cases } }) {
  return groupsOf(cases, ['workload']).map((ofWorkload, index) => {
    const series = groupsOf(ofWorkload, ['beside', 'rival']).map((loads) => ({
      name: nameOf(loads[0]),
      points: loads.filter(keepsUp).map(({ load, rounds }) => [`${load} %`, rounds.map(ninetyNine)]),
    }));
    const title = `Latency: 99th percentile, ${ofWorkload[0].workload}`;
    const axes = { x: { name: 'of the capacity of ours' }, y: { name: 'ms', log: true } };
    return { file: `latency-${index + 1}.svg`, option: linePlot({ title, ...axes, series }) };
  });
}

function capacityTable(capacities) {
  return {
    title: 'Calls a second with 64 in flight, on the table with old rows',
    head: ['calls', 'rival', 'calls/s'],
    rows: capacities.map(({ workload, rival, rounds }) => [
      workload,
      rival,
      spreadOf(rounds, ({ calls, seconds }) => calls / seconds, 0),
    ]),
  };
}

function latencyTable(cases) {
  const [{ workload, beside }] = cases;
  const isCleaned = beside === 'cleanup';
  return {
    title: `Latency in ms, ${workload}, beside ${beside}`,
    head: [
      'load',
      'rival',
      ...PERCENTILES.map((percentile) => (percentile === 100 ? 'max' : `${percentile} %`)),
      'made late, 99 %',
      'loop delay, 99 %',
      ...(isCleaned ? ['rows/s cleaned'] : []),
    ],
    rows: cases.map(({ load, rate, rival, rounds }) => [
      `${load} %, ${rate.toLocaleString('en')}/s`,
      rival,
      ...latencyCells(rounds),
      ...(isCleaned ? [cleanedCell(rounds)] : []),
    ]),
  };
}

function latencyCells(rounds) {
  const behind = rounds.filter(({ keptUp }) => !keptUp).length;
  if (behind > 0) {
    return [
      `cannot keep up, ${behind} of ${rounds.length} rounds`,
      ...Array(PERCENTILES.length + 1).fill(''),
    ];
  }
  return [
    ...PERCENTILES.map((_, index) => spreadOf(rounds, ({ percentiles }) => percentiles[index], 1)),
    spreadOf(rounds, ({ late }) => late[NINETY_NINE], 1),
    spreadOf(rounds, ({ loopDelay }) => loopDelay, 1),
  ];
}

function cleanedCell(rounds) {
  const rate = spreadOf(rounds, ({ cleaned, seconds }) => cleaned / seconds, 0);
  const short = rounds.filter(({ lasted }) => !lasted).length;
  return short === 0 ? rate : `${rate}, ended early in ${short} of ${rounds.length} rounds`;
}

function keepsUp({ rounds }) {
  return rounds.every(({ keptUp }) => keptUp);
}

function ninetyNine({ percentiles }) {
  return percentiles[NINETY_NINE];
}

function nameOf({ rival, beside }) {
  return beside === 'nothing' ? rival : `${rival}, ${beside}`;
}

/** The cases that agree in all of these, in the order of the first of each. */
function groupsOf(cases, keys) {
  const groups = new Map();
  for (const each of cases) {
    const name = keys.map((key) => each[key]).join();
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups.values()];
}

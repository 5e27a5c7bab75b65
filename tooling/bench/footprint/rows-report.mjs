import { median, spreadOf } from '../common/numbers.mjs';
import { barPlot } from '../common/plot.mjs';
import { percentHot } from './percent-hot.mjs';

const STATES = ['issued', 'redeemed'];

/** Of ours and of the seed's, each part of a row. */
export function rowsTable(rows) {
  const columns = ofTables(rows).flatMap(({ table, rounds }) =>
    STATES.map((state) => ({ head: `${table}, ${state}`, rounds: rounds.map((numbers) => numbers[state]) })),
  );
  const line = (name, bytesOf) => [
    name,
    ...columns.map(({ rounds }) => median(rounds.map((parts) => bytesOf(parts) ?? 0)).toFixed(0)),
  ];
  return {
    title: 'Bytes of a row on disk',
    head: ['', ...columns.map(({ head }) => head)],
    rows: [...partsOf(rows).map((part) => line(part, (parts) => parts[part])), line('together', sum)],
  };
}

/** What room in a page is worth, and costs. */
export function fillfactorsTable(rows) {
  const ofFillfactor = rows.filter(({ fillfactor }) => fillfactor !== undefined);
  return {
    title: 'Redeem by fillfactor, batched',
    head: ['fillfactor', 'redeemed', 'HOT updates, %', 'µs', 'heap of a row, B', 'with indexes, B'],
    rows: ofFillfactor.map(({ fillfactor, order, rounds }) => [
      String(fillfactor),
      order,
      spreadOf(rounds, percentHot, 1),
      spreadOf(rounds, ({ seconds, calls }) => (1_000_000 * seconds) / calls, 0),
      spreadOf(rounds, ({ redeemed }) => redeemed.heap, 0),
      spreadOf(rounds, ({ redeemed }) => sum(redeemed), 0),
    ]),
  };
}

export function rowsPlot(rows) {
  const states = ofTables(rows).flatMap((each) => STATES.map((state) => ({ ...each, state })));
  const option = barPlot({
    title: 'Footprint: bytes of a row on disk',
    groups: states.map(({ table, state }) => `${table}, ${state}`),
    y: { name: 'bytes' },
    series: partsOf(rows).map((part) => ({
      name: part,
      values: states.map(({ rounds, state }) => rounds.map((numbers) => numbers[state][part] ?? 0)),
    })),
    horizontal: true,
    stacked: true,
  });
  return { file: 'footprint-rows.svg', option };
}

function ofTables(rows) {
  return rows.filter(({ table }) => table !== undefined);
}

function partsOf(rows) {
  return [
    ...new Set(ofTables(rows).flatMap(({ rounds }) => rounds.flatMap(({ issued }) => Object.keys(issued)))),
  ];
}

function sum(parts) {
  return Object.values(parts).reduce((all, bytes) => all + bytes, 0);
}

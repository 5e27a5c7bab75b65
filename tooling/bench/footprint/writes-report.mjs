import { spreadOf } from '../common/numbers.mjs';
import { barPlot } from '../common/plot.mjs';
import { percentHot } from './percent-hot.mjs';

const WAL = {
  'issue, B': 'issueWal',
  'issue after a checkpoint, B': 'issueWalAfterCheckpoint',
  'redeem, B': 'redeemWal',
  'redeem after a checkpoint, B': 'redeemWalAfterCheckpoint',
};

export function writesTable(cases) {
  return {
    title: 'WAL of a call, and updates that touch no index',
    head: ['', 'table', 'HOT updates, %', ...Object.keys(WAL)],
    rows: cases.map(({ rival, table, rounds }) => [
      rival,
      table,
      spreadOf(rounds, percentHot, 1),
      ...Object.values(WAL).map((name) => spreadOf(rounds, (numbers) => numbers[name], 0)),
    ]),
  };
}

export function writesPlot(cases) {
  const option = barPlot({
    title: 'Footprint: bytes of WAL, not right after a checkpoint',
    groups: cases.map(({ rival, table }) => `${rival}: ${table}`),
    y: { name: 'bytes' },
    series: ['issue', 'redeem'].map((verb) => ({
      name: verb,
      values: cases.map(({ rounds }) => rounds.map((numbers) => numbers[`${verb}Wal`])),
    })),
    horizontal: true,
  });
  return { file: 'footprint-wal.svg', option };
}

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PRINT = join(__dirname, 'fixture/print-bars.mjs');

function lineOf(bar: string, cases: object[] | undefined): string {
  const results = cases === undefined ? {} : { verbs: { measured: { cases } } };
  const printed = execFileSync(process.execPath, [PRINT, JSON.stringify(results)], { encoding: 'utf8' });
  const line = printed.split('\n').find((each) => each.startsWith(`| ${bar} `)) ?? '';
  return line.replace(/ +/g, ' ');
}

function redeems(rival: string, seconds: readonly number[]): object {
  return {
    verb: 'redeem',
    inFlight: 64,
    rival,
    rounds: seconds.map((each) => ({ calls: 100, seconds: each })),
  };
}

const BAR = 'redeem, 64 in flight / hand-written';
const HAND_WRITTEN = redeems('hand-written', [2, 2, 2]);

describe('the bars', () => {
  it('are met where the median of the rounds is', () => {
    expect(lineOf(BAR, [redeems('batched', [4, 1, 0.5]), HAND_WRITTEN])).toMatch(
      /≥ 2.00 \| 2.00 \(0.50 – 4.00\) \| yes \|$/,
    );
  });

  it('are not met where the median is not, whatever the best round was', () => {
    expect(lineOf(BAR, [redeems('batched', [1.25, 1.25, 0.5]), HAND_WRITTEN])).toMatch(
      /≥ 2.00 \| 1.60 \(1.60 – 4.00\) \| no \|$/,
    );
  });

  it('say so where nothing was measured', () => {
    expect(lineOf(BAR, undefined)).toMatch(/\| not measured \| \|$/);
    expect(lineOf(BAR, [HAND_WRITTEN])).toMatch(/\| not measured \| \|$/);
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plotsOf } from './plots-of.js';

const MAIN = join(__dirname, '../main.mjs');
const OPEN_LOOP = join(__dirname, 'fixture/open-loop.mjs');
const RIVALS = ['batched', 'single', 'hand-written'];
const FEW = ['--rows', '3000', '--calls', '100', '--loads', '10', '--seconds', '1', '--rounds', '1'];

interface Round {
  readonly keptUp: boolean;
  readonly calls: number;
  readonly percentiles: readonly number[];
  readonly cleaned?: number;
}

interface Result {
  readonly measured: {
    readonly capacities: readonly { readonly rounds: readonly unknown[] }[];
    readonly cases: readonly {
      readonly workload: string;
      readonly beside: string;
      readonly rival: string;
      readonly rounds: readonly Round[];
    }[];
  };
}

describe('the bench of latency', () => {
  it('measures every rival at a rate, beside a cleanup and not, prints it and writes it down', async () => {
    const { stdout, result } = await run(FEW);
    const { capacities, cases } = result.measured;
    expect(capacities).toHaveLength(2 * 3);
    expect(cases).toHaveLength(2 * 2 * 3);
    for (const [index, { workload, beside, rival, rounds }] of cases.entries()) {
      expect(rival).toBe(RIVALS[index % 3]);
      expect(stdout).toContain(`Latency in ms, ${workload}, beside ${beside}`);
      const [round] = rounds;
      expect(round?.calls).toBeGreaterThan(0);
      expect(round?.percentiles).toHaveLength(5);
      expect(round?.percentiles).toEqual([...(round?.percentiles ?? [])].sort((a, b) => a - b));
      expect(round?.cleaned === undefined).toBe(beside === 'nothing');
    }
    // All get the same arrivals: of each workload, beside each.
    const calls = cases
      .filter(({ rounds }) => rounds[0]?.keptUp)
      .map((each) => [each.workload, each.rounds[0]?.calls].join());
    expect(new Set(calls).size).toBeLessThanOrEqual(2);
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/);

    const plots = await plotsOf('latency', result);
    expect(plots.map(({ file }) => file)).toEqual(['latency-1.svg', 'latency-2.svg']);
    for (const { option } of plots) {
      expect(option.series.filter(({ type }) => type === 'line')).toHaveLength(3 * 2);
    }
    const behind = await plotsOf('latency', withNobodyKeepingUp(result));
    for (const { data } of behind.flatMap(({ option }) => option.series)) expect(data).toEqual([]);
  }, 180_000);

  it('counts a latency from when the call was due', async () => {
    const { calls, percentiles } = await openLoop('stalls');
    expect(calls).toBe(100);
    // The first one blocks for 150 ms, in the first 100 of which all others are due: each is 50 ms late at least.
    expect(percentiles[0]).toBeGreaterThan(50);
  });

  it('gives up when too many calls wait, and waits for those', async () => {
    expect(await openLoop('waits')).toMatchObject({ keptUp: false, calls: 7 });
  });

  it('has no number for calls that fail', async () => {
    await expect(openLoop('fails')).rejects.toThrow('not redeemed');
  });
});

function withNobodyKeepingUp({ measured }: Result): object {
  const late = (rounds: readonly Round[]): Round[] => rounds.map((round) => ({ ...round, keptUp: false }));
  const cases = measured.cases.map((each) => ({ ...each, rounds: late(each.rounds) }));
  return { measured: { ...measured, cases } };
}

async function openLoop(scenario: string): Promise<Round> {
  const { stdout } = await promisify(execFile)(process.execPath, [OPEN_LOOP, scenario]);
  return JSON.parse(stdout) as Round;
}

async function run(args: readonly string[]): Promise<{ stdout: string; result: Result }> {
  const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'latency', ...args, '--json', json]);
  return { stdout, result: JSON.parse(readFileSync(json, 'utf8')) as Result };
}

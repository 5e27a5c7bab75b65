import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench.js';

const RIVALS = ['bare', 'batched', 'single', 'hand-written'];
const CALLS = ['redeem', 'validate', 'generate'];

interface Case {
  readonly call: string;
  readonly rival: string;
  readonly inFlight: number;
  readonly rounds: readonly { calls: number; seconds: number; serverSeconds: number }[];
}

describe('the bench of redeem and issue over HTTP', () => {
  it('measures every rival with every number in flight, prints them and writes them down', async () => {
    const args = ['--in-flight', '1,4', '--calls', '20', '--rounds', '1'];
    const { stdout, cases } = await measure(args);
    const expected = CALLS.flatMap((call) =>
      [1, 4].flatMap((inFlight) => RIVALS.map((rival) => ({ call, rival, inFlight }))),
    );
    expect(cases.map(({ call, rival, inFlight }) => ({ call, rival, inFlight }))).toEqual(expected);
    for (const { rounds } of cases) {
      expect(rounds).toEqual([{ calls: 20, seconds: expect.any(Number), serverSeconds: expect.any(Number) }]);
      expect(rounds[0]?.seconds).toBeGreaterThan(0);
    }
    for (const rival of RIVALS) expect(stdout).toMatch(new RegExp(`│ ${rival} +│ \\d`));
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
  }, 120_000);

  it('measures one call, and leaves a profile of the server', async () => {
    const profile = join(mkdtempSync(join(tmpdir(), 'bench-')), 'profile');
    const args = ['--in-flight', '2', '--calls', '4', '--rounds', '1', '--only', 'generate'];
    const { cases } = await measure([...args, '--cpu-prof', profile]);
    expect(cases.map(({ call, rival }) => `${call} ${rival}`)).toEqual(
      RIVALS.map((rival) => `generate ${rival}`),
    );
    expect(readdirSync(profile)).toEqual([expect.stringMatching(/\.cpuprofile$/)]);
  }, 120_000);
});

async function measure(args: readonly string[]): Promise<{ stdout: string; cases: readonly Case[] }> {
  const { stdout, cases } = await runBench('http', args);
  return { stdout, cases: cases as readonly Case[] };
}

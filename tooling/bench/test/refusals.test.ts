import { runBench } from './run-bench.js';

const FREE = ['wrong length', 'wrong checksum', 'long expired'];
const ASKED = ['unknown', 'used', 'revoked', 'wrong target'];
const KINDS = ['accepted', ...FREE, ...ASKED];

interface Case {
  readonly where: string;
  readonly kind: string;
  readonly inFlight: number;
  readonly rounds: readonly { calls: number; seconds: number; queries: number; serverSeconds?: number }[];
}

describe('the bench of refusals', () => {
  it('refuses every kind in process and over HTTP, counts the queries, prints and writes them down', async () => {
    const args = ['--in-flight', '1,4', '--calls', '20', '--rounds', '1'];
    const { stdout, cases } = await runBench('refusals', args);
    const measured = cases as readonly Case[];
    const kindsIn = (where: string, inFlight: number): readonly string[] =>
      measured.filter((each) => each.where === where && each.inFlight === inFlight).map(({ kind }) => kind);
    for (const inFlight of [1, 4]) {
      expect(kindsIn('in process', inFlight)).toEqual(KINDS);
      expect(kindsIn('over HTTP', inFlight)).toEqual(['bare', 'bare, refusing', ...KINDS]);
    }
    expect(measured.every(({ rounds }) => rounds.length === 1)).toBe(true);
    const numbers = measured.flatMap(({ rounds, ...each }) => rounds.map((round) => ({ ...each, ...round })));
    expect(numbers.every(({ calls, seconds }) => calls >= 20 && seconds > 0)).toBe(true);
    const queriesOf = (kinds: readonly string[], inFlight: number): readonly number[] =>
      numbers
        .filter((each) => kinds.includes(each.kind) && each.inFlight === inFlight)
        .map(({ calls, queries }) => queries / calls);
    expect(new Set([1, 4].flatMap((inFlight) => queriesOf(FREE, inFlight)))).toEqual(new Set([0]));
    expect(new Set(queriesOf(ASKED, 1))).toEqual(new Set([2]));
    for (const kind of KINDS) expect(stdout).toMatch(new RegExp(`│ ${kind} +│ \\d`));
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
  }, 120_000);
});

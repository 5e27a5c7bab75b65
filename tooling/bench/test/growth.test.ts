import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plotsOf } from './plots-of.js';

const MAIN = join(__dirname, '../main.mjs');
const FEW = ['--calls', '6', '--rounds', '1'];

interface Result {
  readonly measured: {
    readonly cases: readonly {
      readonly layout: string;
      readonly rows: number;
      readonly rival: string;
      readonly inFlight: number;
      readonly rounds: readonly Record<'calls' | 'seconds' | 'hits' | 'reads' | 'hotShare', number>[];
    }[];
  };
}

describe('the bench of growth', () => {
  it('measures redeem in every layout and size, prints it and writes it down', async () => {
    const sizes = ['--rows', '9000,3000', '--layouts', 'plain,by month,by day', '--in-flight', '3'];
    const { stdout, result } = await run([...FEW, ...sizes]);
    const { cases } = result.measured;
    const names = cases.map(({ layout, rows, rival, inFlight }) => `${layout} ${rows} ${rival} ${inFlight}`);
    expect(new Set(names).size).toBe(3 * 2 * 2);
    for (const { layout, rounds } of cases) {
      expect(stdout).toContain(`Redeem, ${layout}: µs`);
      expect(rounds).toEqual([
        {
          calls: 6,
          seconds: expect.any(Number),
          hits: expect.any(Number),
          reads: expect.any(Number),
          hotShare: expect.any(Number),
        },
      ]);
      // At least the row, the ways to it, and its user.
      expect(rounds[0]?.hits).toBeGreaterThan(6 * 3);
    }
    expect(stdout).toMatch(/│ 3,000 +│ \d+ +│/);
    expect(stdout).toMatch(/│ 9,000 +│ \d+, [\d.]+ \([\d.]+ – [\d.]+\)/);
    expect(stdout).not.toMatch(/NaN|Infinity/);

    const plots = await plotsOf('growth', result);
    expect(plots.map(({ file }) => file)).toEqual(['growth-3.svg']);
    for (const { option } of plots) {
      const lines = option.series.filter(({ type }) => type === 'line');
      expect(lines).toHaveLength(3 * 2);
      for (const { data } of lines)
        expect(data).toEqual([
          [3000, expect.any(Number)],
          [9000, expect.any(Number)],
        ]);
    }
  }, 180_000);

  it('knows no other layout', async () => {
    await expect(run([...FEW, '--layouts', 'plain,round'])).rejects.toThrow(
      'There are plain, by month, by day.',
    );
  });
});

async function run(args: readonly string[]): Promise<{ stdout: string; result: Result }> {
  const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'growth', ...args, '--json', json]);
  return { stdout, result: JSON.parse(readFileSync(json, 'utf8')) as Result };
}

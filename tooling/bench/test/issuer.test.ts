import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAIN = join(__dirname, '../main.mjs');
const CASES = [
  ['generate', 'bare handler, body of generate'],
  ['generate, no database', 'bare handler, body of generate'],
  ['validate', 'bare handler, body of validate'],
  ['validate, no database', 'bare handler, body of validate'],
  ['validate, wrong secret', 'bare handler, body of validate'],
  ['validate, unknown token', 'validate'],
  ['validate, limits: false', 'validate'],
  ['validate', 'handler that redeems by core'],
  ['redeem by sdk client', 'redeem by core'],
];

interface Measured {
  readonly name: string;
  readonly beside: string;
  readonly rounds: readonly Record<'own' | 'other', { seconds: number; cpuSeconds: number }>[];
}

async function run(...args: string[]): Promise<{ stdout: string; measured: Measured[] }> {
  const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
  const all = [MAIN, 'issuer', '--calls', '20', '--connections', '4', '--json', json, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all);
  const { measured } = JSON.parse(readFileSync(json, 'utf8')) as { measured: Measured[] };
  return { stdout, measured };
}

describe('the bench of the issuer', () => {
  it('measures every call beside its rival, prints the ratios and writes them down', async () => {
    const { stdout, measured } = await run('--rounds', '1');
    expect(measured.map(({ name, beside }) => [name, beside])).toEqual(CASES);
    for (const { name, beside, rounds } of measured) {
      expect(stdout).toMatch(new RegExp(`│ ${name} +│ \\d.*│ ${beside} +│ \\d.*│ \\d+\\.\\d\\d \\(`));
      expect(rounds).toHaveLength(1);
      const ratios = rounds.map(({ own, other }) => other.seconds / own.seconds);
      expect(ratios.every((ratio) => Number.isFinite(ratio) && ratio > 0)).toBe(true);
    }
    expect(stdout).not.toMatch(/NaN|Infinity/);
  }, 120_000);

  it('leaves a profile of the server', async () => {
    const profile = join(mkdtempSync(join(tmpdir(), 'bench-')), 'profile');
    const { measured } = await run('--rounds', '1', '--only', 'wrong secret', '--cpu-prof', profile);
    expect(measured.map(({ name }) => name)).toEqual(['validate, wrong secret']);
    expect(readdirSync(profile)).toEqual([expect.stringMatching(/\.cpuprofile$/)]);
  }, 120_000);
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const MAIN = join(__dirname, '../main.mjs');
const REPORT = join(__dirname, '../verbs/report.mjs');
const FEW = ['--in-flight', '2', '--calls', '4', '--rounds', '1'];
const RIVALS = [
  'batched',
  'single',
  'hand-written',
  'pgbench',
  'pgbench -c 10',
  'Objection',
  'JWT + jti',
  'JWT + jti + user',
  'express-session',
  'oidc-provider',
  'better-auth',
];

interface Numbers {
  readonly calls: number;
  readonly seconds: number;
}

interface Result {
  readonly measured: {
    readonly cases: readonly {
      readonly verb: string;
      readonly rival: string;
      readonly inFlight: number;
      readonly rounds: readonly Numbers[];
    }[];
    readonly skipped: readonly { readonly rival: string }[];
  };
}

describe('the bench of the verbs', () => {
  it('measures every rival with every number in flight, prints them and writes them down', async () => {
    const { stdout, result } = await run(['--in-flight', '1,4', '--calls', '20', '--rounds', '1']);
    const skipped = result.measured.skipped.map(({ rival }) => rival);
    const present = RIVALS.filter((rival) => !skipped.includes(rival));
    for (const rival of present) {
      expect(stdout).toContain(`│ ${rival} `);
      for (const verb of ['issue', 'redeem']) {
        for (const inFlight of [1, 4]) {
          const rounds = roundsOf(result, { verb, rival, inFlight });
          expect(rounds).toHaveLength(1);
          expect(rounds[0]?.calls).toBeGreaterThanOrEqual(inFlight);
          expect(rounds[0]?.seconds).toBeGreaterThan(0);
        }
      }
    }
    expect(skipped.filter((rival) => !rival.startsWith('pgbench'))).toEqual([]);
    expect(stdout).not.toMatch(/NaN|Infinity/);
    for (const { file, option } of await plotsOf(result)) {
      expect(file).toMatch(/^verbs-(issue|redeem)\.svg$/);
      const lines = option.series.filter(({ type }) => type === 'line');
      expect(lines.map(({ name }) => name)).toEqual(present);
      const finite = [expect.any(Number), expect.any(Number)];
      for (const { data } of lines) expect(data).toEqual([finite, finite]);
    }
  }, 120_000);

  it('measures only one verb of some rivals', async () => {
    const { stdout, result } = await run([...FEW, '--only', 'issue', '--rivals', 'hand-written,JWT + jti']);
    expect(result.measured.cases.map(({ verb, rival }) => `${verb} ${rival}`).sort()).toEqual([
      'issue JWT + jti',
      'issue hand-written',
    ]);
    expect(stdout).not.toContain('Redeem');
  }, 120_000);

  it('says loudly that pgbench is missing, and goes on', async () => {
    const rivals = ['--rivals', 'pgbench,hand-written'];
    const { stdout, stderr, result } = await run([
      ...FEW,
      ...rivals,
      '--pgbench',
      join(__dirname, 'no-such-file'),
    ]);
    expect(stderr).toContain('!!! pgbench is NOT measured');
    expect(stdout).toMatch(/│ pgbench +│ not measured +│/);
    expect(result.measured.skipped).toEqual([{ rival: 'pgbench', reason: expect.any(String) }]);
    expect(roundsOf(result, { verb: 'redeem', rival: 'hand-written', inFlight: 2 })).toHaveLength(1);
  }, 120_000);

  it('ends with an error where a rival has a rate for work that it has not done', async () => {
    const idle = join(mkdtempSync(join(tmpdir(), 'bench-')), 'pgbench');
    writeFileSync(idle, '#!/bin/sh\necho "tps = 9000.1 (without initial connection time)"\n', {
      mode: 0o755,
    });
    const running = run([...FEW, '--rivals', 'pgbench', '--pgbench', idle]);
    await expect(running).rejects.toThrow('There are 0 rows in cross_app_sessions, where 4 are due.');
  }, 120_000);
});

async function run(args: readonly string[]): Promise<{ stdout: string; stderr: string; result: Result }> {
  const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
  const out = await promisify(execFile)(process.execPath, [MAIN, 'verbs', ...args, '--json', json]);
  return { ...out, result: JSON.parse(readFileSync(json, 'utf8')) as Result };
}

interface Plot {
  readonly file: string;
  readonly option: {
    readonly series: readonly { readonly name: string; readonly type: string; readonly data: unknown }[];
  };
}

/** Made in Node, as jest does not load the modules of the bench. */
async function plotsOf(result: Result): Promise<Plot[]> {
  const script = `
    import { plots } from ${JSON.stringify(pathToFileURL(REPORT).href)};
    console.log(JSON.stringify(plots(JSON.parse(process.argv[1]))));`;
  const args = ['--input-type=module', '--eval', script, JSON.stringify(result)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Plot[];
}

function roundsOf(
  { measured }: Result,
  { verb, rival, inFlight }: { verb: string; rival: string; inFlight: number },
): readonly Numbers[] {
  const isIt = (each: Result['measured']['cases'][number]): boolean =>
    each.verb === verb && each.rival === rival && each.inFlight === inFlight;
  return measured.cases.find(isIt)?.rounds ?? [];
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BENCH = join(__dirname, 'fixture/made-up-bench.mjs');
const MAIN = join(__dirname, '../main.mjs');
const run = promisify(execFile);

function isRunning(output: string): boolean {
  const pid = Number(/PostgreSQL is (\d+)/.exec(output)?.[1]);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a bench', () => {
  it('prints its tables and writes what it measured, where, and how to repeat it', async () => {
    const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
    const { stdout } = await run(process.execPath, [BENCH, 'works', json]);
    expect(stdout).toMatch(/Made up\n┌─+┐\n│ rounds │\n├─+┤\n│ 3 +│/);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual({
      bench: 'made-up',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      command: `npm run bench -- works ${json}`,
      machine: {
        cores: expect.any(Number),
        cpu: expect.any(String),
        memoryGiB: expect.any(Number),
        node: process.version,
        postgres: expect.stringMatching(/^\d+\.\d+/),
      },
      options: { calls: 8 },
      measured: { rounds: [1, 2, 3] },
    });
    expect(isRunning(stdout)).toBe(false);
  }, 60_000);

  it('has no number where something did not work, and leaves no server', async () => {
    const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
    const running = run(process.execPath, [BENCH, 'fails', json]);
    const failure = await running.catch((error: unknown) => error as { code: number; stdout: string });
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('7 of 8 rows are used') });
    expect(existsSync(json)).toBe(false);
    expect(isRunning(failure.stdout)).toBe(false);
  }, 60_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'stops its server at %s',
    async (signal, code) => {
      const bench = spawn(process.execPath, [BENCH, 'waits'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [said] = (await once(bench.stdout, 'data')) as [Buffer];
      expect(isRunning(said.toString())).toBe(true);
      bench.kill(signal);
      expect(await once(bench, 'exit')).toEqual([code, null]);
      expect(isRunning(said.toString())).toBe(false);
    },
    60_000,
  );
});

describe('npm run bench', () => {
  it('alone lists the benches', async () => {
    const { stdout } = await run(process.execPath, [MAIN]);
    expect(stdout).toMatch(/\n {2}issuer .*\n[^]*\n {2}maintenance .*\n[^]*\n {2}report /);
  });

  it('refuses a bench that is not there', async () => {
    await expect(run(process.execPath, [MAIN, 'nothing'])).rejects.toThrow("unknown command 'nothing'");
  });
});

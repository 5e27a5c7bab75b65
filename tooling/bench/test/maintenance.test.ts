import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAIN = join(__dirname, '../main.mjs');
const JOBS = ['cleanup', 'cleanup --delete', 'archive', 'backup', 'restore'];

interface Result {
  readonly measured: {
    readonly jobs: Record<string, { seconds: number; peakMiB: number }[]>;
    readonly latencies: Record<string, number[]>;
  };
}

describe('the maintenance bench', () => {
  it('measures every job beside its rival, prints them and writes them down', async () => {
    const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
    const args = ['--rows', '2000', '--rounds', '1', '--seconds', '1', '--json', json];
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'maintenance', ...args]);
    const { measured } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    const { jobs, latencies } = measured;
    for (const job of JOBS) {
      expect(stdout).toContain(`│ ${job} `);
      for (const rival of ['ours', 'sql']) {
        expect(jobs[`${job} ${rival}`]).toEqual([
          { seconds: expect.any(Number), peakMiB: expect.any(Number) },
        ]);
      }
    }
    expect(Object.keys(latencies)).toContain('cleanup ours');
    for (const values of Object.values(latencies)) expect(values[0]).toBeGreaterThan(0);
  }, 120_000);
});

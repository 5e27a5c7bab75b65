import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plotsOf } from './plots-of.js';

const MAIN = join(__dirname, '../main.mjs');
const SMALL = ['--rows', '100', '--calls', '20', '--in-flight', '5', '--rounds', '1', '--fillfactors', '40'];
const SHORT = ['--seconds', '1', '--queued', '60', '--max-pending', '50'];

type Bytes = Readonly<Record<string, number>>;
interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}
interface Busy {
  readonly peak: Memory;
  readonly after: Memory;
  readonly done: number;
}

interface Result {
  readonly measured: {
    readonly cases: readonly {
      readonly rival: string;
      readonly table: string;
      readonly rounds: readonly Bytes[];
    }[];
    readonly rows: readonly {
      readonly table?: string;
      readonly fillfactor?: number;
      readonly rounds: readonly {
        readonly issued: Bytes;
        readonly redeemed: Bytes;
        readonly hotShare: number;
      }[];
    }[];
    readonly memory: readonly {
      readonly rival: string;
      readonly rounds: readonly {
        readonly rest: Memory;
        readonly load: Busy;
        readonly queue: Busy & { readonly refused: number };
      }[];
    }[];
  };
}

describe('the bench of what a handoff leaves', () => {
  let stdout: string;
  let result: Result;

  beforeAll(async () => {
    const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
    const args = [MAIN, 'footprint', ...SMALL, ...SHORT, '--json', json];
    ({ stdout } = await promisify(execFile)(process.execPath, args));
    result = JSON.parse(readFileSync(json, 'utf8')) as Result;
  }, 300_000);

  it('measures WAL and the updates that touch no index, of every rival and table', () => {
    const { cases } = result.measured;
    expect(cases.map(({ rival, table }) => `${rival}: ${table}`).sort()).toEqual([
      'batched: to the brim',
      'batched: with room',
      'batched: with room, as issued',
      "hand-written: the seed's",
      'hand-written: with room',
      'single: to the brim',
      'single: with room',
      'single: with room, as issued',
    ]);
    for (const { rounds } of cases) {
      const [numbers = {}] = rounds;
      expect(numbers).toMatchObject({ calls: 20 });
      // A row and its entries in the indexes. What is written after a checkpoint is not compared with what is written
      // long after one: other tests on this server make checkpoints too, and a sample of 20 calls shows it.
      expect(numbers['issueWal']).toBeGreaterThan(300);
      expect(numbers['redeemWal']).toBeGreaterThan(50);
      expect(numbers['issueWalAfterCheckpoint']).toBeGreaterThan(300);
      expect(numbers['redeemWalAfterCheckpoint']).toBeGreaterThan(50);
      expect(numbers['hotShare']).toBeGreaterThanOrEqual(0);
      expect(numbers['hotShare']).toBeLessThanOrEqual(1);
    }
  });

  it('measures the bytes of a row, by table and by fillfactor', () => {
    const { rows } = result.measured;
    expect(rows.map(({ table, fillfactor }) => table ?? fillfactor)).toEqual(['ours', "the seed's", 40, 40]);
    for (const { rounds } of rows) {
      const [numbers] = rounds;
      expect(numbers?.issued).toMatchObject({ heap: expect.any(Number), token_hash: expect.any(Number) });
      expect(numbers?.redeemed['heap']).toBeGreaterThanOrEqual(Number(numbers?.issued['heap']));
    }
    // There, each page has room for all of its rows once more.
    expect(rows.slice(2).map(({ rounds }) => rounds[0]?.hotShare)).toEqual([1, 1]);
  });

  it('measures the memory of a process at rest, in load and with a queue, which has its limit', () => {
    const { memory } = result.measured;
    const outcomes = memory.map(({ rival, rounds }) => [
      rival,
      rounds[0]?.queue.done,
      rounds[0]?.queue.refused,
    ]);
    expect(outcomes).toEqual([
      ['batched', 50, 10],
      ['single', 60, 0],
      ['batched, no limit', 60, 0],
    ]);
    for (const { rounds } of memory) {
      const [numbers] = rounds;
      expect(numbers?.rest.heapUsed).toBeGreaterThan(0);
      expect(numbers?.load.done).toBeGreaterThan(1);
      expect(numbers?.load.peak.rss).toBeGreaterThanOrEqual(Number(numbers?.rest.heapUsed));
    }
  });

  it('prints and draws all of it', async () => {
    for (const title of ['Bytes of a row', 'Redeem by fillfactor', 'WAL of a call', 'Memory of the process'])
      expect(stdout).toContain(title);
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/);

    const [parts, wal] = await plotsOf('footprint', result);
    expect([parts?.file, wal?.file]).toEqual(['footprint-rows.svg', 'footprint-wal.svg']);
    expect(parts?.option.series.map(({ name }) => name)).toContain('heap');
    for (const { stack, data } of parts?.option.series ?? []) {
      expect(stack).toBeDefined();
      expect(data).toEqual(Array(4).fill(expect.any(Number)));
    }
    const bars = wal?.option.series.filter(({ type }) => type === 'bar') ?? [];
    expect(bars.map(({ data }) => data.length)).toEqual([8, 8]);
  });
});

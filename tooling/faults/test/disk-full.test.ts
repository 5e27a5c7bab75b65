import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minimise } from '../src/checker/minimise.js';
import { report } from '../src/checker/report.js';
import { DISK_MB, runOnFullDisk } from '../src/run/full-disk.js';
import { SmallDisk } from '../src/run/small-disk.js';

const SEED = 1;

const disk = SmallDisk.mount(DISK_MB);
if (disk === null) console.warn('No disk can be mounted here, so none is filled: that takes root.');
afterAll(() => disk?.unmount());

(disk === null ? describe.skip : describe)('a disk that is full', () => {
  it('signs nobody in twice, and keeps every token that was handed out', async () => {
    if (disk === null) throw new TypeError('there is no disk');
    const folder = mkdtempSync(join(tmpdir(), 'cross-app-full-disk-'));
    const { history, violations } = await runOnFullDisk(disk, join(folder, 'history'), SEED);
    expect(violations.map((violation) => report(minimise(history, violation)))).toEqual([]);
    expect(history.operations.length).toBeGreaterThan(500);
    rmSync(folder, { recursive: true });
  }, 120_000);
});

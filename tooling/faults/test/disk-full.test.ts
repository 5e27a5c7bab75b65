import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minimise } from '../src/checker/minimise.js';
import { report } from '../src/checker/report.js';
import { runOnFullDisk } from '../src/run/full-disk.js';

const SEED = 1;

it('a disk that is full signs nobody in twice, and keeps every token that was handed out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cross-app-full-disk-'));
  const run = await runOnFullDisk(join(folder, 'history'), SEED);
  if (run === null) {
    console.warn('No disk can be mounted here, so none is filled: that takes root.');
    return;
  }
  const { history, violations } = run;
  expect(violations.map((violation) => report(minimise(history, violation)))).toEqual([]);
  expect(history.operations.length).toBeGreaterThan(500);
  rmSync(folder, { recursive: true });
}, 120_000);

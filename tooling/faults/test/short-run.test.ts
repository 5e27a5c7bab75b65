import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minimise } from '../src/checker/minimise.js';
import { report } from '../src/checker/report.js';
import { runWithFaults } from '../src/run/run-with-faults.js';
import { eachOnce } from '../src/run/schedule.js';

const SEED = 1;

it('while each thing that can go wrong does so once, every guarantee holds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cross-app-faults-'));
  const { history, violations, faults } = await runWithFaults({
    seed: SEED,
    folder: join(folder, 'history'),
    layout: 'partitioned',
    schedule: eachOnce(),
    minutes: Infinity,
  });
  expect(violations.map((violation) => report(minimise(history, violation)))).toEqual([]);
  expect([...faults.values()].every((times) => times === 1)).toBe(true);
  expect(history.operations.length).toBeGreaterThan(1_000);
  rmSync(folder, { recursive: true });
}, 240_000);

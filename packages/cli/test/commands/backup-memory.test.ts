import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { fillTables } from '../fill-tables.js';
import { startCommand } from '../kill.js';

jest.setTimeout(120_000);

let scratch: Scratch;
let folder: string;
beforeEach(async () => {
  scratch = await openScratch();
  folder = await mkdtemp(join(tmpdir(), 'cross-app-memory-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await scratch.close();
});

/** Runs the built command, and gives the most memory that its process had at any time. */
async function peakKilobytes(args: readonly string[]): Promise<number> {
  const preload = join(folder, 'preload.cjs');
  await writeFile(
    preload,
    "process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\\n`));",
  );
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--require ${preload}`;
  const child = startCommand(scratch.url, args);
  process.env['NODE_OPTIONS'] = before ?? '';
  let error = '';
  child.stderr?.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number];
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: expect.stringMatching(/peak/) });
  return Number(/peak (\d+)/.exec(error)?.[1]);
}

describe.each(['plain', 'partitioned'])('on a %s layout', (layout) => {
  it('ten times as many rows take no more memory, neither in backup nor in restore', async () => {
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    const peaks: Record<string, number[]> = { backup: [], restore: [] };
    // Of 3 KB each: what were kept of them would be 9 MB, and then 90.
    for (const rows of [2_000, 20_000]) {
      const file = join(folder, `${rows}.gz`);
      await scratch.knex.raw('TRUNCATE cross_app_sessions, cross_app_sessions_archive');
      await fillTables(scratch.knex, rows, 3_200);
      peaks['backup']?.push(await peakKilobytes(['backup', '--file', file]));
      await scratch.knex.raw('TRUNCATE cross_app_sessions, cross_app_sessions_archive');
      peaks['restore']?.push(await peakKilobytes(['restore', '--file', file]));
    }
    const ratios = Object.values(peaks).map(([few = 0, many = 0]) => many / few);
    expect(Math.max(...ratios)).toBeLessThan(1.5);
  });
});

import { once } from 'node:events';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { insertHistory, storedIds } from '../history.js';
import { killMoves } from '../kill-moves.js';
import { KILLS, KILLS_TIMEOUT_MS, startCommand } from '../kill.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

describe.each(['plain', 'partitioned'])('cleanup of a %s table', (layout) => {
  beforeEach(() => scratch.crossApp('migrate', '--with-user-tables', '--layout', layout));

  it(
    'loses no row and doubles none, whenever it is killed',
    async () => {
      const { kills, killsAfterMoving, wrong, ids } = await killMoves(scratch, ['cleanup'], KILLS);
      expect(kills).toBe(KILLS);
      expect(killsAfterMoving).toBeGreaterThanOrEqual(KILLS / 3);
      expect(wrong).toEqual([]);
      const stored = await storedIds(scratch.knex);
      expect(stored.sessions.length).toBeGreaterThan(0);

      expect((await scratch.crossApp('cleanup')).out).toMatch(
        new RegExp(`^moved ${stored.sessions.length} rows to the archive`),
      );
      expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: ids });
    },
    KILLS_TIMEOUT_MS,
  );

  it('stops after the current batch at Ctrl-C, says what it did, and exits with 130', async () => {
    await insertHistory(scratch.knex, 20_000);
    const child = startCommand(scratch.url, ['cleanup', '--batch-size', '20']);
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const closed = once(child, 'close') as Promise<[number | null]>;
    while ((await storedIds(scratch.knex)).archive.length === 0 && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill('SIGINT');
    const [exitCode] = await closed;
    const { archive } = await storedIds(scratch.knex);
    expect(out).toBe(`interrupted: moved ${archive.length} rows to the archive; run it again for the rest\n`);
    expect(exitCode).toBe(130);
    expect(archive.length).toBeLessThan(20_000);
  });
});

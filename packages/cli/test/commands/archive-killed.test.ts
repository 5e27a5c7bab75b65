import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { storedIds } from '../history.js';
import { KILLS, KILLS_TIMEOUT_MS } from '../kill.js';
import { killMoves } from '../kill-moves.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

describe.each(['plain', 'partitioned'])('archive of a %s table', (layout) => {
  it(
    'loses no row and doubles none, whenever it is killed',
    async () => {
      await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
      const { kills, killsAfterMoving, wrong, ids } = await killMoves(scratch, ['archive'], KILLS);
      expect(kills).toBe(KILLS);
      expect(killsAfterMoving).toBeGreaterThanOrEqual(KILLS / 3);
      expect(wrong).toEqual([]);
      const stored = await storedIds(scratch.knex);
      expect(stored.sessions.length).toBeGreaterThan(0);

      const { out } = await scratch.crossApp('archive', '--json');
      expect(JSON.parse(out)).toMatchObject({ archive: { rows: stored.sessions.length, outcome: 'done' } });
      expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: ids });
    },
    KILLS_TIMEOUT_MS,
  );
});

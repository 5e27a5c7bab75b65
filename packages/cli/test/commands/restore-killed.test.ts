import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { fillTables, fingerprint } from '../fill-tables.js';
import { KILLS, KILLS_TIMEOUT_MS, runAndKill } from '../kill.js';

jest.setTimeout(KILLS_TIMEOUT_MS);

let scratch: Scratch;
let folder: string;
beforeEach(async () => {
  scratch = await openScratch();
  folder = await mkdtemp(join(tmpdir(), 'cross-app-restore-killed-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await scratch.close();
});

const ROWS = 10_000;
// In each of two ways.
const KILLED = Math.ceil(KILLS / 2);

describe.each(['plain', 'partitioned'])('a restore to a %s layout', (layout) => {
  it.each([[[]], [['--replace']]])(
    'with %j that is killed at any moment has changed nothing',
    async (more) => {
      await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
      await fillTables(scratch.knex, ROWS);
      const file = join(folder, 'sessions.gz');
      await scratch.crossApp('backup', '--file', file);
      await scratch.knex.raw("DELETE FROM cross_app_sessions WHERE created_at < now() - interval '5 days'");
      await fillTables(scratch.knex, 100);
      await scratch.knex.raw(`
      CREATE TABLE kept_sessions AS SELECT * FROM cross_app_sessions;
      CREATE TABLE kept_archive AS SELECT * FROM cross_app_sessions_archive`);
      const before = await fingerprint(scratch.knex);
      const restore = ['restore', '--file', file, ...more];
      let killed = 0;
      let maxDelayMs = 600;
      for (let run = 0; run < 10 * KILLED && killed < KILLED; run++) {
        await runAndKill(scratch, restore, Math.random() * maxDelayMs);
        // A SIGKILL that came after the commit has interrupted nothing.
        if (JSON.stringify(await fingerprint(scratch.knex)) === JSON.stringify(before)) {
          killed += 1;
          continue;
        }
        maxDelayMs *= 0.8;
        expect((await scratch.crossApp(...restore)).out).toMatch(/: 0 inserted, 0 updated, 0 revoked/);
        await startAgain(before);
      }
      expect(killed).toBe(KILLED);
      expect((await scratch.crossApp(...restore)).out).not.toMatch(/ 0 inserted/);
      const { rows } = await scratch.knex.raw(
        'SELECT count(*) AS alive FROM cross_app_sessions WHERE used_at IS NULL AND revoked_at IS NULL AND id <= ?',
        [ROWS],
      );
      expect(rows).toEqual([{ alive: '0' }]);
    },
  );

  async function startAgain(before: unknown): Promise<void> {
    await scratch.knex.raw(`
      TRUNCATE cross_app_sessions, cross_app_sessions_archive;
      INSERT INTO cross_app_sessions SELECT * FROM kept_sessions;
      INSERT INTO cross_app_sessions_archive SELECT * FROM kept_archive`);
    expect(await fingerprint(scratch.knex)).toEqual(before);
  }
});

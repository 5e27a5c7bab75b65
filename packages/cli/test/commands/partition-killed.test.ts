import { createCrossAppSessions } from '@cross-app/core';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { storedIds } from '../history.js';
import { KILLS, KILLS_TIMEOUT_MS, runAndKill } from '../kill.js';
import { insertEnded, insertOldPartitions, partitions } from '../old-partitions.js';

const ROWS = 20_000;
const target = { targetApp: 'hi-events' };

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

/** A token from before is redeemed once, and one can be issued. */
async function expectSound(before: string): Promise<string> {
  const sessions = createCrossAppSessions({ knex: scratch.knex, appId: 'tuvens' });
  await sessions.redeem(before, target);
  await expect(sessions.redeem(before, target)).rejects.toMatchObject({ code: 'token_used' });
  return (await sessions.issue({ userId: 11, ...target })).token;
}

it(
  'a conversion loses nothing and leaves the table sound, whenever it is killed',
  async () => {
    let kills = 0;
    let killsAfterWork = 0;
    let killsBeforeTheEnd = 0;
    // On a busy machine many a kill comes early: then it takes more of them.
    while (kills < KILLS || killsBeforeTheEnd < KILLS / 4 || killsAfterWork < KILLS / 4) {
      await scratch.crossApp('rollback', '--all');
      await scratch.crossApp('migrate', '--with-user-tables');
      await insertEnded(scratch.knex, ROWS, '2 days');
      const sessions = createCrossAppSessions({ knex: scratch.knex, appId: 'tuvens' });
      let { token } = await sessions.issue({ userId: 11, ...target });
      let isConverted = false;
      // Each round begins anew, and is killed until it comes through.
      for (let tries = 0; tries < 4 && !isConverted; tries++) {
        const { wasKilled } = await runAndKill(scratch, ['partition'], Math.random() * 250);
        const made = await partitions(scratch.knex);
        isConverted = made.length > 0;
        if (wasKilled) kills += 1;
        if (wasKilled && !isConverted) killsBeforeTheEnd += 1;
        if (wasKilled && (isConverted || (await hasTraces()))) killsAfterWork += 1;
        token = await expectSound(token);
      }
      const last = await scratch.crossApp('partition', '--json');
      expect(JSON.parse(last.out)).toMatchObject({ outcome: 'done' });
      await expectSound(token);
      const names = await partitions(scratch.knex);
      expect(names.filter((name) => name.includes('_before_'))).toHaveLength(1);
      expect(names).toContain('cross_app_sessions_default');
      expect(await leftovers()).toEqual([]);
      const ids = (await storedIds(scratch.knex)).sessions.map(Number);
      expect(ids.slice(0, ROWS)).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
      expect(new Set(ids).size).toBe(ids.length);
    }
  },
  KILLS_TIMEOUT_MS,
);

it(
  'archiving old partitions loses no row and doubles none, whenever it is killed',
  async () => {
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', 'partitioned');
    let kills = 0;
    let killsAfterMoving = 0;
    const ids: string[] = [];
    const command = ['partition', '--archive-older-than', '60s', '--batch-size', '50'];
    // On a busy machine many a kill comes before the first batch: then it takes more of them.
    while (kills < KILLS || killsAfterMoving < KILLS / 3) {
      const archived = (await storedIds(scratch.knex)).archive.length;
      const old = (await partitions(scratch.knex)).filter((name) => name.startsWith('old_'));
      if (old.length === 0) {
        await scratch.knex.raw('TRUNCATE cross_app_sessions_archive');
        await insertOldPartitions(scratch.knex, { 40: 1500, 41: 0, 42: 1500, 43: 1500 });
        ids.splice(0, ids.length, ...(await storedIds(scratch.knex)).sessions);
        continue;
      }
      const { wasKilled } = await runAndKill(scratch, command, Math.random() * 150);
      const { sessions, archive } = await storedIds(scratch.knex);
      expect([...sessions, ...archive].sort((a, b) => Number(a) - Number(b))).toEqual(ids);
      if (wasKilled && sessions.length > 0) kills += 1;
      if (wasKilled && archive.length > archived) killsAfterMoving += 1;
    }
    expect((await scratch.crossApp(...command)).exitCode).toBe(0);
    expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: ids });
    expect((await partitions(scratch.knex)).filter((name) => name.startsWith('old_'))).toEqual([]);
  },
  KILLS_TIMEOUT_MS,
);

/** What a conversion has made beside the table. */
async function hasTraces(): Promise<boolean> {
  const { rows } = await scratch.knex.raw<{ rows: unknown[] }>(
    `SELECT FROM pg_class WHERE relname LIKE 'cross_app_sessions_before%'`,
  );
  return rows.length > 0;
}

/** What may not be there once it is done. */
async function leftovers(): Promise<string[]> {
  const { rows } = await scratch.knex.raw<{ rows: { name: string }[] }>(
    `SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE NOT indisvalid
     UNION ALL SELECT conname FROM pg_constraint WHERE conname = 'cross_app_sessions_before'
     UNION ALL SELECT relname FROM pg_class WHERE relname LIKE '%converting%'`,
  );
  return rows.map(({ name }) => name);
}

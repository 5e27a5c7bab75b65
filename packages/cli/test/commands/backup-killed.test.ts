import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBackup } from '@cross-app/core';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { fillTables, fingerprint } from '../fill-tables.js';
import { KILLS, KILLS_TIMEOUT_MS, runAndKill } from '../kill.js';

jest.setTimeout(KILLS_TIMEOUT_MS);

let scratch: Scratch;
let folder: string;
beforeEach(async () => {
  scratch = await openScratch();
  folder = await mkdtemp(join(tmpdir(), 'cross-app-backup-killed-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await scratch.close();
});

const ROWS = 20_000;

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** What a killed backup has left of its file. */
async function look(file: string): Promise<'whole' | 'cut off' | 'nothing' | 'wrong'> {
  const partial = `${file}.partial`;
  if (await exists(file)) {
    const { footer } = await readBackup(file);
    return footer.sessions === ROWS && footer.archive === ROWS / 2 ? 'whole' : 'wrong';
  }
  if (!(await exists(partial))) return 'nothing';
  const isPrivate = ((await stat(partial)).mode & 0o777) === 0o600;
  // All of it may be there, and only the name be missing.
  const isRefused = await readBackup(partial).then(
    () => false,
    (error: unknown) => (error as Error).name === 'MaintenanceRefused',
  );
  return isPrivate && isRefused ? 'cut off' : isPrivate ? 'nothing' : 'wrong';
}

describe.each(['plain', 'partitioned'])('a backup of a %s layout', (layout) => {
  it('that is killed at any moment leaves no file that looks whole, and the next one is not in its way', async () => {
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    await fillTables(scratch.knex, ROWS);
    const before = await fingerprint(scratch.knex);
    const file = join(folder, 'sessions.gz');
    const found: string[] = [];
    let maxDelayMs = 250;
    for (let run = 0; run < 10 * KILLS && found.filter((each) => each !== 'whole').length < KILLS; run++) {
      await runAndKill(scratch, ['backup', '--file', file], Math.random() * maxDelayMs);
      const what = await look(file);
      found.push(what);
      if (what !== 'whole') continue;
      // The SIGKILL came after the file had got its name.
      await rm(file);
      maxDelayMs *= 0.8;
    }
    expect(found.filter((each) => each !== 'whole').length).toBe(KILLS);
    expect(new Set(found)).not.toContain('wrong');
    expect(found).toContain('cut off');
    expect(await scratch.crossApp('backup', '--file', file)).toMatchObject({ exitCode: 0 });
    expect((await readBackup(file)).footer).toMatchObject({ sessions: ROWS, archive: ROWS / 2 });
    expect(await exists(`${file}.partial`)).toBe(false);
    expect(await fingerprint(scratch.knex)).toEqual(before);
  });
});

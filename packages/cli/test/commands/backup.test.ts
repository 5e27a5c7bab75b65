import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { fillTables } from '../fill-tables.js';

jest.setTimeout(30_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cross-app-backup-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(['plain', 'partitioned'])('cross-app backup on a %s layout', (layout) => {
  let scratch: Scratch;
  let file: string;
  beforeAll(async () => {
    scratch = await openScratch();
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    await fillTables(scratch.knex, 30);
    file = join(folder, `${layout}.gz`);
  });
  afterAll(() => scratch.close());

  it('writes both tables and says so in a sentence', async () => {
    const { exitCode, out, error } = await scratch.crossApp('backup', '--file', file);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(
      new RegExp(`^wrote 30 rows and 15 archived ones to ${file}, read with (COPY|pg_dump)\\n$`),
    );
    expect(gunzipSync(await readFile(file)).toString()).toContain('\nCOPY "public"."cross_app_sessions" (');
  });

  it('the second time refuses to overwrite the file, and does with --force', async () => {
    expect(await scratch.crossApp('backup', '--file', file)).toEqual({
      exitCode: 1,
      out: '',
      error: `error: ${file} exists already: choose another name, or overwrite it with force (--force).\n`,
    });
    expect(await scratch.crossApp('backup', '--file', file, '--force')).toMatchObject({ exitCode: 0 });
  });

  it('prints one object with --json', async () => {
    const { exitCode, out } = await scratch.crossApp(
      'backup',
      '--file',
      file,
      '--force',
      '--with',
      'copy',
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(out.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(out)).toEqual({
      outcome: 'done',
      with: 'copy',
      rows: 30,
      archived: 15,
      madeAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      file,
    });
  });

  it('writes no file when it is interrupted', async () => {
    const other = join(folder, `${layout}-interrupted.gz`);
    const signal = AbortSignal.abort();
    const { exitCode, out } = await crossApp(['backup', '--file', other], scratch.url, { signal });
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'interrupted: no file was written\n' });
    await expect(access(other)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(access(`${other}.partial`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('chooses a table with --sessions-table', async () => {
    const other = join(folder, `${layout}-chosen.gz`);
    const chosen = ['--sessions-table', 'public.cross_app_sessions'];
    expect(await scratch.crossApp('backup', '--file', other, ...chosen)).toMatchObject({ exitCode: 0 });
    expect(await scratch.crossApp('backup', '--file', other, '--sessions-table', 'nobody')).toMatchObject({
      exitCode: 1,
    });
  });
});

describe('cross-app backup', () => {
  it.each([
    [['backup'], /required option '--file <file>'/],
    [['backup', '--file', 'a', '--with', 'psql'], /Allowed choices are auto, pg_dump, copy/],
    [['backup', '--file', 'a', '--dry-run'], /unknown option '--dry-run'/],
    [['backup', '--file', 'a'], /there is no database/],
  ])('called wrongly, as %j, exits with 2', async (args, message) => {
    const { exitCode, error } = await crossApp(args);
    expect(exitCode).toBe(2);
    expect(error).toMatch(message);
  });

  it('says what to do where there are no tables', async () => {
    const scratch = await openScratch();
    const file = join(folder, 'none.gz');
    const { exitCode, error } = await scratch.crossApp('backup', '--file', file);
    await scratch.close();
    expect(exitCode).toBe(1);
    expect(error).toMatch(/^error: There is no cross_app_sessions here .* run cross-app migrate/);
    await expect(access(`${file}.partial`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('explains in --help that psql is not the way back', async () => {
    const { exitCode, out } = await crossApp(['backup', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Examples:/);
    expect(out).toMatch(/not with psql/);
  });
});

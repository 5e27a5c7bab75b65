import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { fillTables, fingerprint } from '../fill-tables.js';

jest.setTimeout(30_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cross-app-restore-'));
});
afterAll(() => rm(folder, { recursive: true }));

const AT = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;

describe.each(['plain', 'partitioned'])('cross-app restore on a %s layout', (layout) => {
  let scratch: Scratch;
  let file: string;
  beforeAll(async () => {
    scratch = await openScratch();
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    file = join(folder, `${layout}.gz`);
  });
  afterAll(() => scratch.close());
  beforeEach(async () => {
    await scratch.knex.raw('TRUNCATE cross_app_sessions, cross_app_sessions_archive');
    await fillTables(scratch.knex, 30);
    await scratch.crossApp('backup', '--file', file, '--force');
    await scratch.knex('cross_app_sessions').whereNull('used_at').whereNotNull('revoked_at').delete();
    await fillTables(scratch.knex, 2);
  });

  const restore = (...args: string[]): ReturnType<Scratch['crossApp']> =>
    scratch.crossApp('restore', '--file', file, ...args);

  it('merges, and says what it did; the second time there is nothing to do', async () => {
    const first = await restore();
    expect(first).toMatchObject({ exitCode: 0, error: '' });
    expect(first.out).toMatch(
      new RegExp(`^restored 30 rows and 15 archived ones of ${AT}: 10 inserted, 15 updated, 15 revoked\\n$`),
    );
    const before = await fingerprint(scratch.knex);
    expect((await restore()).out).toMatch(/: 0 inserted, 0 updated, 0 revoked\n$/);
    expect(await fingerprint(scratch.knex)).toEqual(before);
  });

  it('with --replace removes the rest', async () => {
    const { exitCode, out } = await restore('--replace');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/: 10 inserted, 15 updated, 15 revoked, 3 removed\n$/);
    expect(await fingerprint(scratch.knex)).toMatchObject({ count: '45' });
  });

  it.each([[[]], [['--replace']]])(
    'with --dry-run %j says what it would do, and changes nothing',
    async (more) => {
      const before = await fingerprint(scratch.knex);
      const { exitCode, out } = await restore('--dry-run', ...more);
      expect(exitCode).toBe(0);
      expect(out).toMatch(new RegExp(`^would restore 30 rows and 15 archived ones of ${AT}: 10 inserted, `));
      expect(await fingerprint(scratch.knex)).toEqual(before);
      expect((await restore(...more)).out).toBe(out.replace('would restore', 'restored'));
    },
  );

  it('prints one object with --json', async () => {
    const { out } = await restore('--json');
    expect(out.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(out)).toEqual({
      outcome: 'done',
      dryRun: false,
      replace: false,
      madeAt: expect.stringMatching(AT),
      rows: 30,
      archived: 15,
      inserted: 10,
      updated: 15,
      revoked: 15,
      removed: 0,
      leftOut: 0,
    });
  });

  it('says how many rows belong to nobody any more', async () => {
    await scratch.knex('users').delete();
    expect((await restore()).out).toMatch(/, 30 left out, since their user or account is gone\n$/);
  });

  it('changes nothing when it is interrupted', async () => {
    const before = await fingerprint(scratch.knex);
    const signal = AbortSignal.abort();
    const { exitCode, out } = await crossApp(['restore', '--file', file], scratch.url, { signal });
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'interrupted: nothing was restored\n' });
    expect(await fingerprint(scratch.knex)).toEqual(before);
  });

  it('leaves it to another one that is at work', async () => {
    const before = await fingerprint(scratch.knex);
    const trx = await scratch.knex.transaction();
    await trx.raw(
      `SELECT pg_advisory_xact_lock(hashtextextended('cross-app restore ' || 'cross_app_sessions'::regclass::oid, 0))`,
    );
    expect(await restore()).toEqual({
      exitCode: 0,
      out: 'another restore is at work: nothing was restored\n',
      error: '',
    });
    await trx.rollback();
    expect(await fingerprint(scratch.knex)).toEqual(before);
  });

  it('refuses a file that is not a whole backup, and changes nothing', async () => {
    const before = await fingerprint(scratch.knex);
    const other = join(folder, 'other.sql');
    await writeFile(other, '-- PostgreSQL database dump\n');
    expect(await scratch.crossApp('restore', '--file', other, '--replace')).toEqual({
      exitCode: 1,
      out: '',
      error: `error: ${other} is not a file that cross-app backup made. Nothing was changed.\n`,
    });
    expect(await fingerprint(scratch.knex)).toEqual(before);
  });
});

describe('cross-app restore', () => {
  it.each([
    [['restore'], /required option '--file <file>'/],
    [['restore', '--file', 'a', '--with', 'psql'], /unknown option '--with'/],
    [['restore', '--file', 'a'], /there is no database/],
  ])('called wrongly, as %j, exits with 2', async (args, message) => {
    const { exitCode, error } = await crossApp(args);
    expect(exitCode).toBe(2);
    expect(error).toMatch(message);
  });

  it('says what to do where there are no tables', async () => {
    const scratch = await openScratch();
    const { exitCode, error } = await scratch.crossApp('restore', '--file', 'a');
    await scratch.close();
    expect(exitCode).toBe(1);
    expect(error).toMatch(/^error: There is no cross_app_sessions here .* run cross-app migrate/);
  });

  it('explains in --help why no other program restores', async () => {
    const { exitCode, out } = await crossApp(['restore', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Examples:/);
    expect(out).toMatch(/never by psql/);
  });
});

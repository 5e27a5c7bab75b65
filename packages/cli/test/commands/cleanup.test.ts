import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { insertHistory, storedIds } from '../history.js';

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const REASON = `: they expired or were revoked before ${INSTANT}`;

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

describe.each(['plain', 'partitioned'])('cross-app cleanup of a %s table', (layout) => {
  beforeEach(async () => {
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    await insertHistory(scratch.knex, 20);
  });

  it('moves old rows to the archive, and then has nothing to do', async () => {
    const { sessions: before } = await storedIds(scratch.knex);
    const first = await scratch.crossApp('cleanup');
    expect(first.out).toMatch(new RegExp(`^moved 20 rows to the archive${REASON}\n$`));
    expect(first).toMatchObject({ exitCode: 0, error: '' });
    expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: before });
    const second = await scratch.crossApp('cleanup');
    expect(second.out).toMatch(
      new RegExp(`^nothing to do: no row expired or was revoked before ${INSTANT}\n$`),
    );
    expect(second.exitCode).toBe(0);
  });

  it('with --delete deletes them for good', async () => {
    expect((await scratch.crossApp('cleanup', '--delete', '--batch-size', '7')).out).toMatch(
      new RegExp(`^deleted 20 rows${REASON}\n$`),
    );
    expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: [] });
  });

  it('with --older-than goes by that', async () => {
    expect((await scratch.crossApp('cleanup', '--older-than', '61d')).out).toMatch(/^nothing to do/);
    const [oldest] = (await storedIds(scratch.knex)).sessions;
    const { out } = await scratch.crossApp('cleanup', '--older-than', '58d');
    expect(out).toMatch(
      new RegExp(`^moved 1 row to the archive: it expired or was revoked before ${INSTANT}\n$`),
    );
    expect((await storedIds(scratch.knex)).archive).toEqual([oldest]);
  });

  it.each([
    ['move', []],
    ['delete', ['--delete']],
  ])('with --dry-run says what it would %s, and changes nothing', async (verb, options) => {
    const before = await storedIds(scratch.knex);
    const { exitCode, out } = await scratch.crossApp('cleanup', '--dry-run', ...options);
    expect(out).toMatch(new RegExp(`^would ${verb} 20 rows( to the archive)?${REASON}\n$`));
    expect(exitCode).toBe(0);
    expect(await storedIds(scratch.knex)).toEqual(before);
  });

  it('with --json prints one object', async () => {
    const dryRun = await scratch.crossApp('cleanup', '--json', '--dry-run');
    const cutoff: unknown = expect.stringMatching(new RegExp(`^${INSTANT}$`));
    expect(JSON.parse(dryRun.out)).toEqual({ rows: 20, outcome: 'done', cutoff, dryRun: true });
    const { out } = await scratch.crossApp('cleanup', '--json');
    expect(JSON.parse(out)).toEqual({ rows: 20, outcome: 'done', cutoff, dryRun: false });
  });

  it('interrupted says what it did, and goes on the next time', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const { signal } = interruption;
    const { exitCode, out } = await crossApp(['cleanup'], scratch.url, { signal });
    expect(out).toBe('interrupted: moved 0 rows to the archive; run it again for the rest\n');
    expect(exitCode).toBe(0);
    expect((await storedIds(scratch.knex)).sessions).toHaveLength(20);
    expect((await scratch.crossApp('cleanup')).out).toMatch(/^moved 20 rows/);
  });

  it('while another one runs says so, and ends well', async () => {
    const outcome = await scratch.knex.transaction(async (trx) => {
      await trx.raw(
        `SELECT pg_advisory_xact_lock(hashtextextended('cross-app cleanup ' || 'cross_app_sessions'::regclass::oid, 0))`,
      );
      return scratch.crossApp('cleanup');
    });
    expect(outcome).toEqual({ exitCode: 0, out: 'busy: another cleanup is running\n', error: '' });
    expect((await storedIds(scratch.knex)).sessions).toHaveLength(20);
  });
});

describe('cross-app cleanup', () => {
  it.each([
    [['--older-than', '30s'], /at least 60s/],
    [['--older-than', 'yesterday'], /a number and a unit/],
    [['--older-than', '101y'], /at most 100y/],
    [['--batch-size', '0'], /whole number from 1 to 100000/],
    [['--retention', '1d'], /unknown option/],
    [['--sessions-table', 'a b'], /must be a name/],
  ])('%j is wrong usage', async (options, message) => {
    const { exitCode, out, error } = await scratch.crossApp('cleanup', ...options);
    expect(error).toMatch(message);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it('before migrate says to migrate first', async () => {
    const { exitCode, error } = await scratch.crossApp('cleanup');
    expect(error).toMatch(/^error: There is no cross_app_sessions here[^\n]+run cross-app migrate[^\n]+\n$/);
    expect(exitCode).toBe(1);
  });

  it('asks for a name where there are several tables', async () => {
    await scratch.crossApp('migrate', '--with-user-tables');
    const another = ['migrate', '--schema', 'other', '--sessions-table', 'handoffs', '--no-foreign-keys'];
    await scratch.knex.raw('CREATE SCHEMA other');
    await scratch.crossApp(...another);
    await insertHistory(scratch.knex, 3);
    const { out } = await scratch.crossApp('cleanup', '--sessions-table', 'cross_app_sessions');
    expect(out).toMatch(/^moved 3 rows/);
  });

  it('helps', async () => {
    const { exitCode, out } = await scratch.crossApp('cleanup', '--help');
    expect(out).toMatch(/--older-than <age>[\s\S]*Examples:\n {2}cross-app cleanup /);
    expect(exitCode).toBe(0);
  });
});

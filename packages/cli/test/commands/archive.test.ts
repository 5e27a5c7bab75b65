import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { insertHistory, storedIds } from '../history.js';

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const REASON = `: they were created before ${INSTANT}`;
const cutoff: unknown = expect.stringMatching(new RegExp(`^${INSTANT}$`));

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

describe.each(['plain', 'partitioned'])('cross-app archive of a %s table', (layout) => {
  beforeEach(async () => {
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    await insertHistory(scratch.knex, 20);
  });

  it('moves old rows to the archive, and then has nothing to do', async () => {
    const { sessions: before } = await storedIds(scratch.knex);
    const first = await scratch.crossApp('archive', '--batch-size', '7');
    expect(first.out).toMatch(new RegExp(`^moved 20 rows to the archive${REASON}\n$`));
    expect(first).toMatchObject({ exitCode: 0, error: '' });
    expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: before });
    const second = await scratch.crossApp('archive');
    expect(second.out).toMatch(new RegExp(`^nothing to do: no row was created before ${INSTANT}\n$`));
  });

  it('with --purge-older-than deletes the oldest from the archive', async () => {
    const { sessions: before } = await storedIds(scratch.knex);
    const { out } = await scratch.crossApp('archive', '--older-than', '45d', '--purge-older-than', '58d');
    expect(out).toMatch(
      new RegExp(
        `^moved 10 rows to the archive${REASON}\ndeleted 1 archived row: it was created before ${INSTANT}\n$`,
      ),
    );
    expect(await storedIds(scratch.knex)).toEqual({
      sessions: before.slice(10),
      archive: before.slice(1, 10),
    });
  });

  it('with --dry-run says what it would do, and changes nothing', async () => {
    await insertHistory(scratch.knex, 5, 'cross_app_sessions_archive');
    const before = await storedIds(scratch.knex);
    const { out } = await scratch.crossApp('archive', '--purge-older-than', '7d', '--dry-run');
    expect(out).toMatch(
      new RegExp(`^would move 20 rows to the archive${REASON}\nwould delete 5 archived rows${REASON}\n$`),
    );
    expect(await storedIds(scratch.knex)).toEqual(before);
  });

  it('with --json prints one object', async () => {
    const { out } = await scratch.crossApp('archive', '--json');
    const archive = { rows: 20, outcome: 'done', cutoff, dryRun: false };
    expect(JSON.parse(out)).toEqual({ archive, purge: null });
    const both = await scratch.crossApp('archive', '--json', '--purge-older-than', '7d');
    expect(JSON.parse(both.out)).toEqual({ archive: { ...archive, rows: 0 }, purge: archive });
    expect(await storedIds(scratch.knex)).toEqual({ sessions: [], archive: [] });
  });

  it('interrupted says what it did, and does not begin to purge', async () => {
    await insertHistory(scratch.knex, 5, 'cross_app_sessions_archive');
    const interruption = new AbortController();
    interruption.abort();
    const { signal } = interruption;
    const { out } = await crossApp(['archive', '--purge-older-than', '7d'], scratch.url, { signal });
    expect(out).toBe('interrupted: moved 0 rows to the archive; run it again for the rest\n');
    expect((await storedIds(scratch.knex)).archive).toHaveLength(5);
  });

  it('while another one runs says so, and ends well', async () => {
    const outcome = await scratch.knex.transaction(async (trx) => {
      for (const job of ['archive', 'purge']) {
        await trx.raw(
          `SELECT pg_advisory_xact_lock(hashtextextended('cross-app ' || ? || ' ' || 'cross_app_sessions'::regclass::oid, 0))`,
          [job],
        );
      }
      return scratch.crossApp('archive', '--purge-older-than', '1y');
    });
    expect(outcome.out).toBe('busy: another archive is running\nbusy: another purge is running\n');
    expect(outcome.exitCode).toBe(0);
  });
});

describe('cross-app archive', () => {
  it.each([
    [['--older-than', '30s'], /at least 60s/],
    [['--purge-older-than', '1 fortnight'], /a number and a unit/],
    [['--batch-size', '1e3'], /whole number from 1 to 100000/],
    [['--delete'], /unknown option/],
  ])('%j is wrong usage', async (options, message) => {
    const { exitCode, out, error } = await scratch.crossApp('archive', ...options);
    expect(error).toMatch(message);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it('says what to do when the archive is gone', async () => {
    await scratch.crossApp('migrate', '--with-user-tables');
    await scratch.knex.raw('DROP TABLE cross_app_sessions_archive');
    const { exitCode, error } = await scratch.crossApp('archive');
    expect(error).toMatch(/^error: There is no archive [^\n]+: make it again with CREATE TABLE [^\n]+\n$/);
    expect(exitCode).toBe(1);
  });

  it('helps', async () => {
    const { exitCode, out } = await scratch.crossApp('archive', '--help');
    expect(out).toMatch(/--purge-older-than <age>[\s\S]*Examples:\n {2}cross-app archive /);
    expect(exitCode).toBe(0);
  });
});

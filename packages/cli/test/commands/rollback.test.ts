import { APPS, ARCHIVE, AUDIT, openScratch, REVOCATIONS, ROOM, SESSIONS, USERS } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

async function migrateInTwoBatches(): Promise<void> {
  await scratch.crossApp('migrate', '--with-user-tables');
  await scratch
    .knex('cross_app_migrations')
    .whereIn('name', [SESSIONS, ARCHIVE, AUDIT, APPS, REVOCATIONS, ROOM])
    .update({ batch: 2 });
}

describe('cross-app rollback', () => {
  it('takes back what the last migrate did, then what the one before did, then nothing', async () => {
    await migrateInTwoBatches();
    const rollback = (): ReturnType<Scratch['crossApp']> => scratch.crossApp('rollback');
    expect(await rollback()).toEqual({
      exitCode: 0,
      out: `rolled back ${ROOM}\nrolled back ${REVOCATIONS}\nrolled back ${APPS}\nrolled back ${AUDIT}\nrolled back ${ARCHIVE}\nrolled back ${SESSIONS}\n`,
      error: '',
    });
    expect(await scratch.tables()).toEqual(['account_members', 'accounts', 'users']);
    expect((await rollback()).out).toBe(`rolled back ${USERS}\n`);
    expect(await rollback()).toEqual({ exitCode: 0, out: 'nothing to do\n', error: '' });
    expect(await scratch.tables()).toEqual([]);
  });

  it('with --all takes back everything, and with --json says so in one object', async () => {
    await migrateInTwoBatches();
    const { out } = await scratch.crossApp('rollback', '--all', '--json');
    expect(JSON.parse(out)).toEqual({
      rolledBack: [ROOM, REVOCATIONS, APPS, AUDIT, ARCHIVE, SESSIONS, USERS],
    });
    expect(await scratch.tables()).toEqual([]);
  });

  it('lets migrate begin again', async () => {
    await scratch.crossApp('migrate', '--with-user-tables');
    await scratch.crossApp('rollback');
    const { out } = await scratch.crossApp('migrate', '--with-user-tables');
    expect(out).toBe(
      `applied ${USERS}\napplied ${SESSIONS}\napplied ${ARCHIVE}\napplied ${AUDIT}\napplied ${APPS}\napplied ${REVOCATIONS}\napplied ${ROOM}\n`,
    );
  });

  it("leaves the app's own users and accounts alone", async () => {
    await scratch.knex.raw(
      'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE accounts (id int PRIMARY KEY)',
    );
    await scratch.crossApp('migrate');
    expect((await scratch.crossApp('rollback', '--all')).out).toBe(
      `rolled back ${ROOM}\nrolled back ${REVOCATIONS}\nrolled back ${APPS}\nrolled back ${AUDIT}\nrolled back ${ARCHIVE}\nrolled back ${SESSIONS}\n`,
    );
    expect(await scratch.tables()).toEqual(['accounts', 'users']);
  });

  it('finds a table of another name', async () => {
    await scratch.crossApp('migrate', '--sessions-table', 'handoffs', '--no-foreign-keys');
    expect(await scratch.tables()).toEqual([
      'cross_app_app_secrets',
      'cross_app_apps',
      'cross_app_audit',
      'cross_app_revocations',
      'cross_app_settings',
      'handoffs',
      'handoffs_archive',
    ]);
    expect((await scratch.crossApp('rollback')).exitCode).toBe(0);
    expect(await scratch.tables()).toEqual([]);
  });

  it('needs the name of a table whose record it took back before', async () => {
    await scratch.crossApp('migrate', '--sessions-table', 'handoffs', '--no-foreign-keys');
    await scratch
      .knex('cross_app_migrations')
      .whereIn('name', [ARCHIVE, AUDIT, APPS, REVOCATIONS, ROOM])
      .update({ batch: 2 });
    await scratch.crossApp('rollback');
    expect((await scratch.crossApp('rollback')).error).toMatch(
      /does not exist: name it with --sessions-table/,
    );
    expect((await scratch.crossApp('rollback', '--sessions-table', 'handoffs')).exitCode).toBe(0);
    expect(await scratch.tables()).toEqual([]);
  });

  it('refuses, whole, when a table of the app depends on what it would drop', async () => {
    await scratch.crossApp('migrate', '--with-user-tables');
    await scratch.knex.raw('CREATE TABLE posts (author int REFERENCES users)');
    const { exitCode, error } = await scratch.crossApp('rollback');
    expect(error).toMatch(/^error: cannot drop desired object.* posts .*\n$/);
    expect(exitCode).toBe(1);
    expect(await scratch.tables()).toContain('cross_app_sessions');
  });
});

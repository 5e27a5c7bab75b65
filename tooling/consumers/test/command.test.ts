import { Client } from 'pg';
import {
  APPS,
  ARCHIVE,
  AUDIT,
  endAll,
  openEmptyDatabase,
  projectDir,
  REVOCATIONS,
  ROOM,
  run,
  SESSIONS,
  start,
  USERS,
} from './project.js';
import type { EmptyDatabase, Outcome, Running } from './project.js';

const cwd = projectDir('commonjs-express5');
let database: EmptyDatabase;
beforeEach(async () => {
  database = await openEmptyDatabase();
});

let unlockUsers: () => Promise<void> = () => Promise.resolve();
afterEach(async () => {
  endAll();
  await unlockUsers();
});

const crossApp = (...args: string[]): Promise<Outcome> =>
  run({ cwd, url: database.url }, 'cross-app', ...args);

describe('cross-app, as npm installs it,', () => {
  it('migrates, seeds and rolls back', async () => {
    const migrated = await run(
      { cwd, url: database.url },
      'npx',
      'cross-app',
      'migrate',
      '--with-user-tables',
    );
    expect(migrated).toMatchObject({
      exitCode: 0,
      out: `applied ${USERS}\napplied ${SESSIONS}\napplied ${ARCHIVE}\napplied ${AUDIT}\napplied ${APPS}\napplied ${REVOCATIONS}\napplied ${ROOM}\n`,
    });
    expect((await crossApp('migrate', '--with-user-tables')).out).toBe('nothing to do\n');
    expect((await crossApp('seed', '--json')).out).toMatch(/"validToken":"handoff_/);
    expect(await crossApp('rollback', '--all')).toEqual({
      exitCode: 0,
      out: `rolled back ${ROOM}\nrolled back ${REVOCATIONS}\nrolled back ${APPS}\nrolled back ${AUDIT}\nrolled back ${ARCHIVE}\nrolled back ${SESSIONS}\nrolled back ${USERS}\n`,
      error: '',
    });
    expect(await database.tables()).toEqual([]);
  });

  it('changes nothing in a database that a knexfile migrates', async () => {
    await run({ cwd, url: database.url }, 'knex', 'migrate:latest');
    const before = await database.tables();
    for (const verb of ['migrate', 'rollback']) {
      const { exitCode, out, error } = await crossApp(verb);
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
      expect(error).toMatch(/^error: knex_migrations already lists .* Run knex migrate:latest[^\n]+\n$/);
    }
    expect(await database.tables()).toEqual(before);
  });

  it('tells scripts by its exit code that it failed, or was called wrongly', async () => {
    expect(await run({ cwd, url: 'postgres://me:hunter2@127.0.0.1:1/x' }, 'cross-app', 'migrate')).toEqual({
      exitCode: 1,
      out: '',
      error: 'error: cannot connect to PostgreSQL at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n',
    });
    expect(await run({ cwd }, 'cross-app', 'migrate')).toMatchObject({ exitCode: 2, out: '' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends cleanly on %s, and can be run again', async (signal, exitCode) => {
    await database.query(
      'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE accounts (id int PRIMARY KEY)',
    );
    await lockUsers();
    const migration = start({ cwd, url: database.url }, 'cross-app', 'migrate');
    await untilWaiting(migration);
    migration.process.kill(signal);
    expect(await migration.ended).toEqual({
      exitCode,
      out: '',
      error: '\nerror: interrupted; what was not finished has been undone\n',
    });
    await unlockUsers();
    expect((await crossApp('migrate')).out).toBe(
      `applied ${SESSIONS}\napplied ${ARCHIVE}\napplied ${AUDIT}\napplied ${APPS}\napplied ${REVOCATIONS}\napplied ${ROOM}\n`,
    );
  });
});

/** Keeps a foreign key from being made, and so the migration waiting. */
async function lockUsers(): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  unlockUsers = () => client.end();
  await client.query('BEGIN; LOCK TABLE users');
}

/** Resolves when the command waits for a lock, or has ended. */
async function untilWaiting({ process: child }: Running): Promise<void> {
  while (child.exitCode === null) {
    const waiting = await database.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'cross-app' AND wait_event_type = 'Lock'
       AND datname = current_database()`,
    );
    if (waiting.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

import { APPS, ARCHIVE, AUDIT, openScratch, REVOCATIONS, ROOM, SESSIONS, USERS } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

const OF_HANDOFFS = [
  'cross_app_app_secrets',
  'cross_app_apps',
  'cross_app_audit',
  'cross_app_revocations',
  'cross_app_sessions',
  'cross_app_sessions_archive',
  'cross_app_settings',
];
const OUR_TABLES = ['account_members', 'accounts', ...OF_HANDOFFS, 'users'];

async function columnType(table: string, column: string): Promise<string | undefined> {
  const { rows } = await scratch.knex.raw<{ rows: { type: string }[] }>(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = ?::regclass AND attname = ?`,
    [table, column],
  );
  return rows[0]?.type;
}

async function foreignKeys(table: string): Promise<string[]> {
  const { rows } = await scratch.knex.raw<{ rows: { name: string }[] }>(
    `SELECT confrelid::regclass::text AS name FROM pg_constraint WHERE conrelid = ?::regclass AND contype = 'f' ORDER BY 1`,
    [table],
  );
  return rows.map(({ name }) => name);
}

describe('cross-app migrate', () => {
  it('makes the tables, says which migrations it applied, and has nothing to do the second time', async () => {
    expect(await scratch.crossApp('migrate', '--with-user-tables')).toEqual({
      exitCode: 0,
      out: `applied ${USERS}\napplied ${SESSIONS}\napplied ${ARCHIVE}\napplied ${AUDIT}\napplied ${APPS}\napplied ${REVOCATIONS}\napplied ${ROOM}\n`,
      error: '',
    });
    expect(await scratch.tables()).toEqual(OUR_TABLES);
    expect(await scratch.crossApp('migrate', '--with-user-tables')).toEqual({
      exitCode: 0,
      out: 'nothing to do\n',
      error: '',
    });
  });

  it('with --json prints one object', async () => {
    const first = await scratch.crossApp('migrate', '--with-user-tables', '--json');
    expect(JSON.parse(first.out)).toEqual({
      applied: [USERS, SESSIONS, ARCHIVE, AUDIT, APPS, REVOCATIONS, ROOM],
    });
    const second = await scratch.crossApp('migrate', '--with-user-tables', '--json');
    expect(JSON.parse(second.out)).toEqual({ applied: [] });
  });

  it('takes --database-url before DATABASE_URL', async () => {
    const other = await openScratch();
    const { exitCode } = await scratch.crossApp('migrate', '--with-user-tables', '--database-url', other.url);
    expect(exitCode).toBe(0);
    expect(await scratch.tables()).toEqual([]);
    expect(await other.tables()).toEqual(OUR_TABLES);
    await other.close();
  });

  it('never makes users and accounts in an app that has its own', async () => {
    await scratch.knex.raw(
      'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE accounts (id int PRIMARY KEY)',
    );
    expect((await scratch.crossApp('migrate')).out).toBe(
      `applied ${SESSIONS}\napplied ${ARCHIVE}\napplied ${AUDIT}\napplied ${APPS}\napplied ${REVOCATIONS}\napplied ${ROOM}\n`,
    );
    expect(await scratch.tables()).toEqual(['accounts', ...OF_HANDOFFS, 'users']);
  });

  it('fits the names and id types of the app', async () => {
    await scratch.knex.raw(`CREATE SCHEMA auth; CREATE TABLE auth.people (id uuid PRIMARY KEY);
                            CREATE TABLE teams (id bigint PRIMARY KEY)`);
    const { exitCode } = await scratch.crossApp(
      'migrate',
      ...['--sessions-table', 'auth.handoffs', '--users-table', 'auth.people', '--accounts-table', 'teams'],
      ...['--user-id-type', 'uuid', '--account-id-type', 'bigint'],
    );
    expect(exitCode).toBe(0);
    expect(await columnType('auth.handoffs', 'user_id')).toBe('uuid');
    expect(await columnType('auth.handoffs', 'account_id')).toBe('bigint');
    expect(await foreignKeys('auth.handoffs')).toEqual(['auth.people', 'teams']);
  });

  it('with --no-accounts-table leaves account_id without a foreign key', async () => {
    await scratch.knex.raw('CREATE TABLE users (id int PRIMARY KEY)');
    expect((await scratch.crossApp('migrate', '--no-accounts-table')).exitCode).toBe(0);
    expect(await foreignKeys('cross_app_sessions')).toEqual(['users']);
  });

  it('with --no-foreign-keys needs no other table', async () => {
    expect((await scratch.crossApp('migrate', '--no-foreign-keys')).exitCode).toBe(0);
    expect(await foreignKeys('cross_app_sessions')).toEqual([]);
    expect(await scratch.tables()).toEqual(OF_HANDOFFS);
  });

  it('needs no options the second time: they are recorded', async () => {
    await scratch.knex.raw('CREATE TABLE people (id uuid PRIMARY KEY)');
    const chosen = ['--schema', 'handoff', '--users-table', 'people', '--user-id-type', 'uuid'];
    const layout = ['--no-accounts-table', '--partition-interval', 'day'];
    expect((await scratch.crossApp('migrate', ...chosen, ...layout)).exitCode).toBe(0);
    expect((await scratch.crossApp('migrate')).out).toBe('nothing to do\n');
    expect((await scratch.crossApp('status')).out).toBe(
      `applied  ${SESSIONS}
applied  ${ARCHIVE}
applied  ${AUDIT}
applied  ${APPS}
applied  ${REVOCATIONS}
applied  ${ROOM}
history  cross_app_migrations
table    handoff.cross_app_sessions, partitioned by day, for public.people (ids: uuid), with foreign keys
`,
    );
    expect((await scratch.crossApp('rollback', '--all')).out).toBe(
      `rolled back ${ROOM}\nrolled back ${REVOCATIONS}\nrolled back ${APPS}\nrolled back ${AUDIT}\nrolled back ${ARCHIVE}\nrolled back ${SESSIONS}\n`,
    );
  });

  it('started from two machines at once is done by one and leaves the other nothing to do', async () => {
    const outcomes = await Promise.all([
      scratch.crossApp('migrate', '--with-user-tables'),
      scratch.crossApp('migrate', '--with-user-tables'),
    ]);
    expect(outcomes.map(({ out }) => out).sort()).toEqual([
      `applied ${USERS}\napplied ${SESSIONS}\napplied ${ARCHIVE}\napplied ${AUDIT}\napplied ${APPS}\napplied ${REVOCATIONS}\napplied ${ROOM}\n`,
      'nothing to do\n',
    ]);
  });
});

describe('cross-app migrate says in one sentence, and changes nothing,', () => {
  async function expectRefusal(args: string[], sentence: RegExp): Promise<void> {
    const before = await scratch.tables();
    const { exitCode, out, error } = await scratch.crossApp('migrate', ...args);
    expect(error).toMatch(sentence);
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(await scratch.tables()).toEqual(before);
  }

  it('that the foreign keys need users', async () => {
    await expectRefusal([], /relation "users" does not exist: .*--with-user-tables.*--users-table/);
  });

  it('that a table of that name is there already', async () => {
    await scratch.knex.raw('CREATE TABLE cross_app_sessions (id int)');
    await expectRefusal(['--no-foreign-keys'], /"cross_app_sessions" already exists: .*--sessions-table/);
  });

  it('that the app has users of its own, without the half that came before', async () => {
    await scratch.knex.raw('CREATE TABLE accounts (id int PRIMARY KEY)');
    await expectRefusal(['--with-user-tables'], /"accounts" already exists: .*leave --with-user-tables out/);
  });

  it('that the ids have another type', async () => {
    await scratch.knex.raw(
      'CREATE TABLE users (id uuid PRIMARY KEY); CREATE TABLE accounts (id int PRIMARY KEY)',
    );
    await expectRefusal([], /cannot be implemented: .*--user-id-type/);
  });

  it("that a knexfile's history lists our migrations", async () => {
    await scratch.knex.raw('CREATE TABLE knex_migrations (id serial, name text)');
    await scratch.knex('knex_migrations').insert({ name: SESSIONS });
    await expectRefusal(['--with-user-tables'], /knex_migrations already lists .*knex migrate:latest/);
  });

  it('that the tables were made otherwise', async () => {
    await scratch.crossApp('migrate', '--with-user-tables');
    await expectRefusal(
      ['--layout', 'partitioned'],
      /layout is "plain" since .* cross-app partition changes/,
    );
    await expectRefusal(['--no-foreign-keys'], /foreignKeys is true since these tables were made, not false/);
  });

  it('that a newer version was here', async () => {
    await scratch.crossApp('migrate', '--with-user-tables');
    await scratch.knex('cross_app_migrations').insert({ name: '20990101000000_later.js', batch: 2 });
    await expectRefusal([], /lists 20990101000000_later\.js, which this version does not have/);
  });

  it("what PostgreSQL says when it says something that we didn't think of", async () => {
    await scratch.knex.raw('CREATE TABLE users (id int); CREATE TABLE accounts (id int)');
    await expectRefusal([], /^error: there is no unique constraint matching given keys/);
  });
});

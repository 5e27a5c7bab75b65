import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  APPS,
  ARCHIVE,
  AUDIT,
  openEmptyDatabase,
  projectDir,
  REVOCATIONS,
  ROOM,
  run,
  SESSIONS,
  USERS,
} from './project.js';
import type { EmptyDatabase, Outcome } from './project.js';

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

let database: EmptyDatabase;
beforeEach(async () => {
  database = await openEmptyDatabase();
});

async function history(): Promise<unknown[]> {
  const rows = await database.query('SELECT name FROM knex_migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

function expectDone({ exitCode, out, error }: Outcome, said: RegExp): void {
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  expect(out).toMatch(said);
}

describe.each([
  { language: 'CommonJS', cwd: projectDir('commonjs-express5'), extension: 'js', env: {} },
  { language: 'ESM', cwd: projectDir('esm-express5'), extension: 'js', env: {} },
  {
    language: 'TypeScript',
    cwd: join(projectDir('commonjs-express5'), 'typescript'),
    extension: 'ts',
    env: { NODE_OPTIONS: '--import tsx' },
  },
])('a knexfile in $language', ({ cwd, extension, env }) => {
  const knex = (...args: string[]): Promise<Outcome> =>
    run({ cwd, url: database.url, env }, 'knex', '--knexfile', `knexfile.${extension}`, ...args);

  it('runs our migrations before its own, once, and takes all of them back', async () => {
    expectDone(await knex('migrate:latest'), /Batch 1 run: 8 migrations/);
    expect(await history()).toEqual([
      USERS,
      SESSIONS,
      ARCHIVE,
      AUDIT,
      APPS,
      REVOCATIONS,
      ROOM,
      `20260301000000_create_events.${extension}`,
    ]);
    expect(await database.tables()).toEqual([...OUR_TABLES, 'events'].sort());
    expectDone(await knex('migrate:latest'), /Already up to date/);
    expectDone(await knex('migrate:rollback', '--all'), /Batch 1 rolled back: 8 migrations/);
    expect(await database.tables()).toEqual([]);
  });

  it('makes new migrations in its own directory', async () => {
    const before = readdirSync(join(cwd, 'migrations'));
    expectDone(await knex('migrate:make', 'add_venues'), /Created Migration: .*add_venues/);
    const made = readdirSync(join(cwd, 'migrations')).filter((name) => !before.includes(name));
    expect(made).toEqual([expect.stringMatching(/_add_venues\.[jt]s$/)]);
    for (const name of made) rmSync(join(cwd, 'migrations', name));
  });
});

describe('knex seed:run', () => {
  it.each(['commonjs-express5', 'esm-express5'] as const)(
    'runs our seed beside those of a %s project, again and again',
    async (project) => {
      const knex = (verb: string): Promise<Outcome> =>
        run({ cwd: projectDir(project), url: database.url }, 'knex', verb);
      await knex('migrate:latest');
      for (const seeded of [await knex('seed:run'), await knex('seed:run')]) {
        expectDone(seeded, /Ran 2 seed files/);
        expect(seeded.out.match(/handoff_[\w-]{56}/g)).toHaveLength(2);
      }
      expect(await database.query('SELECT email FROM users')).toEqual([{ email: 'test@example.com' }]);
      expect(await database.query('SELECT slug FROM accounts')).toEqual([{ slug: 'organizers' }]);
      expect(await database.query('SELECT id FROM cross_app_sessions')).toHaveLength(2);
    },
  );
});

describe('an app that makes its own users and accounts', () => {
  it('lists ours after its own, and never gets our users', async () => {
    const cwd = projectDir('commonjs-express5');
    const knex = (...args: string[]): Promise<Outcome> =>
      run({ cwd, url: database.url }, 'knex', '--knexfile', 'knexfile.own-users.js', ...args);
    expectDone(await knex('migrate:latest'), /Batch 1 run: 7 migrations/);
    expect(await database.tables()).toEqual(['accounts', ...OF_HANDOFFS, 'users']);

    const theirs = join(cwd, 'own-users');
    const before = readdirSync(theirs);
    expectDone(await knex('migrate:make', 'add_venues', '--migrations-directory', './own-users'), /Created/);
    const made = readdirSync(theirs).filter((name) => !before.includes(name));
    expect(made).toHaveLength(1);
    for (const name of made) rmSync(join(theirs, name));

    expectDone(await knex('migrate:rollback', '--all'), /Batch 1 rolled back: 7 migrations/);
    expect(await database.tables()).toEqual([]);
  });
});

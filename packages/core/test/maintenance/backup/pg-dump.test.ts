import { chmod, readFile, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { backUpSessions, restoreSessions } from '../../../src/index.js';
import {
  findMajorVersion,
  parseMajorVersion,
  reasonNotToDump,
  splitPassword,
} from '../../../src/maintenance/backup/pg-dump.js';
import { contents, empty, fill, insertRow, openBackupTest } from './fixture.js';
import type { BackupTest } from './fixture.js';

jest.setTimeout(30_000);

const { env } = process;

let test: BackupTest;
let canDump: boolean;
beforeAll(async () => {
  test = await openBackupTest();
  const { rows } = await test.knex.raw('SHOW server_version_num');
  const server = Math.floor(Number(rows[0].server_version_num) / 10_000);
  const reason = reasonNotToDump(await findMajorVersion({ connectionString: test.url, env }), server);
  canDump = reason === undefined;
  if (reason !== undefined) process.stderr.write(`SKIPPED what pg_dump itself does: ${reason}\n`);
});
afterAll(() => test.close());
beforeEach(() => empty(test.knex));

describe('the version of pg_dump', () => {
  it.each([
    ['pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n', 15],
    ['pg_dump (PostgreSQL) 18.4\n', 18],
    ['pg_dump (PostgreSQL) 19beta1\n', 19],
    ['pg_dump (PostgreSQL) 9.6.24\n', 9],
    ['pg_restore (PostgreSQL) 15.18\n', undefined],
    ['', undefined],
  ])('is read from what it says: %j', (output, version) => {
    expect(parseMajorVersion(output)).toBe(version);
  });

  it.each([
    [15, 15, undefined],
    [18, 15, undefined],
    [15, 18, 'pg_dump is of version 15 and the server of 18, which is newer'],
    [undefined, 15, 'pg_dump is not installed'],
  ])('must not be below that of the server: %p for %p', (version, server, reason) => {
    expect(reasonNotToDump(version, server)).toBe(reason);
  });

  it('is unknown where the program is missing', async () => {
    const missing = { connectionString: test.url, program: '/nowhere/pg_dump' };
    expect(await findMajorVersion(missing)).toBeUndefined();
  });
});

describe('the URL for pg_dump', () => {
  it.each([
    ['postgres://ann:p%40ss@db:5433/app', 'postgres://ann@db:5433/app?application_name=cross-app', 'p@ss'],
    ['postgres://ann@db/app?password=s%26t', 'postgres://ann@db/app?application_name=cross-app', 's&t'],
    ['postgres://db/app', 'postgres://db/app?application_name=cross-app', undefined],
    [
      'postgres://db/app?sslmode=verify-full&sslrootcert=/a%20b&unknown=1',
      'postgres://db/app?sslrootcert=%2Fa%20b&sslmode=verify-full&application_name=cross-app',
      undefined,
    ],
    ['postgres://db/app?ssl=true', 'postgres://db/app?sslmode=require&application_name=cross-app', undefined],
    [
      'postgres://db/app?sslmode=no-verify',
      'postgres://db/app?sslmode=require&application_name=cross-app',
      undefined,
    ],
    [
      'postgres:///app?host=/run/postgresql',
      'postgres:///app?host=%2Frun%2Fpostgresql&application_name=cross-app',
      undefined,
    ],
  ])('has no password and nothing that libpq refuses: %s', (given, url, password) => {
    expect(splitPassword(given)).toEqual({ url, password });
  });
});

describe('a backup', () => {
  it('with auto reads with pg_dump where it can, else with COPY; the rows are the same', async () => {
    await fill(test.knex, 2_000, false);
    await insertRow(test.knex, { revoked_at: new Date(), user_agent: 'a\tb\n\\.\n\\N "é𝄞' });
    const before = await contents(test.knex);
    const [file, copied] = [test.newFile(), test.newFile()];
    const pgDump = { connectionString: test.url, env };
    const report = await backUpSessions(test.knex, { file, pgDump });
    expect(report).toMatchObject({ with: canDump ? 'pg_dump' : 'copy', rows: 2_001, archived: 1_000 });
    expect(await backUpSessions(test.knex, { file: copied, with: 'copy', pgDump })).toMatchObject({
      with: 'copy',
    });
    expect(await rowsIn(file)).toEqual(await rowsIn(copied));
    await empty(test.knex);
    expect(await restoreSessions(test.knex, { file })).toMatchObject({ inserted: 3_001 });
    expect(await contents(test.knex)).toEqual(before);
  });

  it('with pg_dump is refused where that cannot be, and says why', async () => {
    const file = test.newFile();
    const options = { file, with: 'pg_dump', pgDump: { connectionString: test.url, env } } as const;
    const outcome = await backUpSessions(test.knex, options).catch((error: unknown) => error);
    const done = { outcome: 'done', with: 'pg_dump' };
    const refused = { name: 'MaintenanceRefused', message: expect.stringMatching(/newer.*--with copy/) };
    expect(outcome).toMatchObject(canDump ? done : refused);
    const missing = { ...options.pgDump, program: '/nowhere/pg_dump' };
    await expect(
      backUpSessions(test.knex, { ...options, file: test.newFile(), pgDump: missing }),
    ).rejects.toMatchObject({ name: 'MaintenanceRefused', message: expect.stringMatching(/not installed/) });
  });

  it('is of the moment at which it began, whichever rows and partitions come while pg_dump starts', async () => {
    await fill(test.knex, 100);
    const file = test.newFile();
    const program = await script(`[ "$1" = --version ] || sleep 1; exec pg_dump "$@"`);
    const pgDump = { connectionString: test.url, env, program };
    const backingUp = backUpSessions(test.knex, { file, pgDump });
    await untilOpen();
    await fill(test.knex, 10);
    expect(await backingUp).toMatchObject({ rows: 100, archived: 50 });
  });

  it('leaves no file when pg_dump fails, and says what it said', async () => {
    const file = test.newFile();
    const program = await script(
      `[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit 0; echo "pg_dump: error: no luck" >&2; exit 1`,
    );
    await expect(
      backUpSessions(test.knex, { file, pgDump: { connectionString: test.url, program, env } }),
    ).rejects.toMatchObject({
      name: 'MaintenanceRefused',
      message: expect.stringMatching(/no luck.*--with copy/),
    });
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readFile(`${file}.partial`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops pg_dump with its signal', async () => {
    const program = await script(
      `[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit 0
       echo 'COPY public.cross_app_sessions (id) FROM stdin;'; while true; do echo 1; done`,
    );
    const stop = new AbortController();
    const report = await backUpSessions(test.knex, {
      file: test.newFile(),
      pgDump: { connectionString: test.url, program, env },
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    expect(report).toMatchObject({ outcome: 'interrupted', with: 'pg_dump' });
  });

  it('gives pg_dump the password by its environment and not by its arguments', async () => {
    const seen = test.newFile();
    const program = await script(
      `[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit 0; echo "$PGPASSWORD|$*" > ${seen}; exit 1`,
    );
    const url = new URL(test.url);
    url.password = 'correct horse';
    await expect(
      backUpSessions(test.knex, {
        file: test.newFile(),
        pgDump: { connectionString: url.href, program, env },
      }),
    ).rejects.toMatchObject({ name: 'MaintenanceRefused' });
    const [password, args] = (await readFile(seen, 'utf8')).split('|');
    expect(password).toBe('correct horse');
    expect(args).toContain('--dbname=postgres://');
    expect(args).not.toMatch(/horse/);
  });
});

async function script(body: string): Promise<string> {
  const file = test.newFile();
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o700);
  return file;
}

/** Until a transaction has its snapshot, which is that of the backup. */
async function untilOpen(): Promise<void> {
  const open = async (): Promise<boolean> =>
    (
      await test.knex.raw(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL AND state = 'idle in transaction'`,
      )
    ).rows.length > 0;
  for (let i = 0; i < 500 && !(await open()); i++) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The rows as text; the columns of a partition may be in another order. */
async function rowsIn(file: string): Promise<string[]> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n');
  return lines.filter((line) => /^\d/.test(line)).sort();
}

import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { runDoctor } from './run-doctor.js';

let scratch: Scratch;
let role: string;
let database: string;
beforeEach(async () => {
  scratch = await openScratch();
  database = `"${new URL(scratch.url).pathname.slice(1)}"`;
  // Roles belong to the whole server, which other test files use at the same time.
  role = `doctor_${process.pid}_${Math.random().toString(36).slice(2)}`;
  await scratch.knex.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'doctor'`);
});
afterEach(async () => {
  await scratch.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await scratch.close();
});

function urlOfRole(): string {
  const url = new URL(scratch.url);
  url.username = role;
  url.password = 'doctor';
  return url.href;
}

const alter = (sql: string): PromiseLike<unknown> => scratch.knex.raw(sql);

describe('a database whose transactions are read-only', () => {
  it('is a failure, and without that it is ok', async () => {
    expect((await runDoctor(scratch.url)).find('primary')).toMatchObject({ status: 'ok' });
    await alter(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    const { find, exitCode } = await runDoctor(scratch.url);
    expect(find('primary')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/read-only by default \(set for the database\)/),
      advice: expect.stringMatching(/^ALTER DATABASE \S+ RESET default_transaction_read_only;/),
    });
    expect(exitCode).toBe(2);
    // Everything else is found all the same.
    expect(find('migrations')).toMatchObject({ status: 'fail' });
  });
});

describe('the default isolation level', () => {
  it.each(['repeatable read', 'serializable'])('%s is a warning', async (level) => {
    await alter(`ALTER ROLE ${role} SET default_transaction_isolation = '${level}'`);
    expect((await runDoctor(urlOfRole())).find('isolation')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(`is ${level} \\(set for the role\\)`),
      advice: expect.stringMatching(`^ALTER ROLE ${role} RESET default_transaction_isolation;`),
    });
    expect((await runDoctor(scratch.url)).find('isolation')).toMatchObject({ status: 'ok' });
  });
});

describe('synchronous_commit', () => {
  it.each(['on', 'local', 'remote_write', 'remote_apply'])('%s is ok', async (value) => {
    await alter(`ALTER DATABASE ${database} SET synchronous_commit = ${value}`);
    expect((await runDoctor(scratch.url)).find('synchronous-commit')).toMatchObject({
      status: 'ok',
      message: `synchronous_commit is ${value}`,
    });
  });

  const off = 'synchronous_commit = off';
  it.each([
    [() => `ALTER DATABASE ${database} SET ${off}`, /set for the database/, /^ALTER DATABASE \S+ RESET sync/],
    [() => `ALTER ROLE ${role} SET ${off}`, /set for the role\)/, /^ALTER ROLE \w+ RESET sync/],
    [
      () => `ALTER ROLE ${role} IN DATABASE ${database} SET ${off}`,
      /set for this role in this database/,
      /^ALTER ROLE \w+ IN DATABASE \S+ RESET synchronous_commit;/,
    ],
  ])('off is a warning that says where it is set', async (statement, message, advice) => {
    await alter(`ALTER DATABASE ${database} SET synchronous_commit = on`);
    await alter(statement());
    expect((await runDoctor(urlOfRole())).find('synchronous-commit')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice),
    });
  });

  it('off in the URL is a warning, and the advice is followed with success', async () => {
    await alter(`ALTER ROLE ${role} SET synchronous_commit = on`);
    const url = new URL(urlOfRole());
    url.searchParams.set('options', '-c synchronous_commit=off');
    expect((await runDoctor(url.href)).find('synchronous-commit')).toMatchObject({
      status: 'warn',
      advice: 'Remove synchronous_commit from the options in DATABASE_URL.',
    });
    url.searchParams.delete('options');
    expect((await runDoctor(url.href)).find('synchronous-commit')).toMatchObject({ status: 'ok' });
  });

  it('off as advised to be changed by one statement is ok after it', async () => {
    await alter(`ALTER DATABASE ${database} SET synchronous_commit = on; ALTER ROLE ${role} SET ${off}`);
    const advice = (await runDoctor(urlOfRole())).find('synchronous-commit')?.advice ?? '';
    await alter(advice.split(';')[0] ?? '');
    expect((await runDoctor(urlOfRole())).find('synchronous-commit')).toMatchObject({ status: 'ok' });
  });
});

it('connections are a warning when nearly all that the role may have are taken', async () => {
  await alter(`ALTER ROLE ${role} CONNECTION LIMIT 10`);
  expect((await runDoctor(urlOfRole())).find('connections')).toMatchObject({ status: 'ok' });
  await alter(`ALTER ROLE ${role} CONNECTION LIMIT 3`);
  expect((await runDoctor(urlOfRole())).find('connections')).toMatchObject({
    status: 'warn',
    message: expect.stringMatching(/^3 of 3 connections \(the connection limit of the role\) are taken/),
  });
});

it('fewer connections than the doctor needs are one finding, and not the end', async () => {
  await alter(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
  const { find } = await runDoctor(urlOfRole());
  expect(find('database')).toMatchObject({
    status: 'fail',
    advice: expect.stringMatching(/max_connections/),
  });
  await alter(`ALTER ROLE ${role} CONNECTION LIMIT 2`);
  expect((await runDoctor(urlOfRole())).find('pooler')).toMatchObject({ status: 'ok' });
  expect((await runDoctor(urlOfRole())).find('database')).toMatchObject({ status: 'warn' });
});

describe('a database that cannot be reached is a failure with advice:', () => {
  it.each([
    {
      what: 'a wrong password',
      change: (url: URL) => (url.password = 'canary'),
      message: /authentication failed/,
      advice: /Correct the user or/,
    },
    {
      what: 'no such database',
      change: (url: URL) => (url.pathname = '/nobody'),
      message: /"nobody" does not exist/,
      advice: /CREATE DATABASE/,
    },
    {
      what: 'nothing there',
      change: (url: URL) => (url.port = '1'),
      message: /ECONNREFUSED/,
      advice: /Look whether it runs/,
    },
    {
      what: 'no such host',
      change: (url: URL) => (url.hostname = 'a.invalid'),
      message: /a\.invalid/,
      advice: /Correct the host/,
    },
  ])('$what', async ({ change, message, advice }) => {
    const url = new URL(scratch.url);
    change(url);
    const { find, exitCode, checks } = await runDoctor(url.href);
    expect(find('database')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice),
    });
    expect(exitCode).toBe(2);
    expect(JSON.stringify(checks)).not.toContain('canary');
  });
});

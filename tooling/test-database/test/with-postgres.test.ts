import { startPostgres } from '@cross-app/test-database/server';
import { join } from 'node:path';
import { type Child, STAY, startNode } from './child.js';
import { query } from './query.js';
import { Scratch } from './scratch.js';
import { until } from './until.js';

const PRINT_SERVER = "console.log('server:', process.env.CROSS_APP_TEST_SERVER);";
const PRINT_PID = "console.log('pid:', process.pid);";

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

function withPostgres(program: string, env: NodeJS.ProcessEnv = {}): Child {
  const bin = join(__dirname, '../with-postgres.cjs');
  return startNode([bin, process.execPath, '-e', program], { TMPDIR: scratch.path, ...env });
}

async function serverOf(child: Child): Promise<string> {
  const [url] = await child.prints(/(?<=server: )postgres:.*(?=\n)/);
  return url;
}

it("passes on the command's exit code and leaves nothing behind", async () => {
  const child = withPostgres(`${PRINT_SERVER} process.exitCode = 3;`);
  const url = await serverOf(child);
  expect(await child.ended).toBe(3);
  expect(scratch.leftovers()).toEqual([]);
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('ends the command and the server on Ctrl-C, and lets the command clean up first', async () => {
  const cleanUp = "process.once('SIGINT', () => { console.log('cleaned up'); process.exit(0); });";
  const child = withPostgres(`${cleanUp} ${PRINT_SERVER} ${STAY}`);
  await serverOf(child);
  child.interrupt();
  expect(await child.ended).toBe(0);
  expect(child.output().match(/cleaned up/g)).toHaveLength(1);
  expect(scratch.leftovers()).toEqual([]);
});

it.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const)('ends the command and the server when it alone gets %s', async (signal, code) => {
  const child = withPostgres(`${PRINT_SERVER} ${STAY}`);
  const url = await serverOf(child);
  process.kill(child.pid, signal);
  expect(await child.ended).toBe(code);
  expect(scratch.leftovers()).toEqual([]);
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('takes the server with it when it is killed', async () => {
  const child = withPostgres(`${PRINT_PID} ${PRINT_SERVER} ${STAY}`);
  const url = await serverOf(child);
  const [pid] = await child.prints(/(?<=pid: )\d+/);
  process.kill(child.pid, 'SIGKILL');
  await until(() => scratch.leftovers().length === 0);
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  process.kill(Number(pid), 'SIGKILL');
  await child.ended;
});

it('gives the command the server of DATABASE_URL', async () => {
  const given = await startPostgres();
  const child = withPostgres(PRINT_SERVER, { DATABASE_URL: given.url });
  expect(await serverOf(child)).toBe(given.url);
  expect(await child.ended).toBe(0);
  expect(await query(given.url, 'SELECT 1')).toEqual(['1']);
  await given.stop();
});

it.each([
  [
    'unreachable',
    'postgres://me:secret@127.0.0.1:1/postgres',
    'DATABASE_URL leads to no usable PostgreSQL server at 127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1).',
  ],
  ['no url', 'localhost', 'DATABASE_URL is not a URL like postgres://user:password@localhost:5432/postgres.'],
])('says in one sentence that DATABASE_URL is %s, before it runs the command', async (_, url, sentence) => {
  const child = withPostgres("console.log('ran')", { DATABASE_URL: url });
  expect(await child.ended).toBe(1);
  expect(child.output()).toBe(`with-postgres: ${sentence}\n`);
});

it.each([
  [
    'has another password',
    'plain:wrong',
    /^with-postgres: DATABASE_URL leads to .* \(password .* failed .*\)\.\n$/,
  ],
  [
    'may not create databases',
    'plain:secret',
    /^with-postgres: The user of DATABASE_URL may not create databases\.\n$/,
  ],
])('says in one sentence that the user of DATABASE_URL %s', async (_, login, sentence) => {
  const given = await startPostgres();
  await query(given.url, "CREATE ROLE plain LOGIN PASSWORD 'secret'");
  const child = withPostgres("console.log('ran')", {
    DATABASE_URL: given.url.replace('postgres:postgres', login),
  });
  expect(await child.ended).toBe(1);
  expect(child.output()).toMatch(sentence);
  await given.stop();
});

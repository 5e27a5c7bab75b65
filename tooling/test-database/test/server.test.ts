import { reopenPostgres, startPostgres } from '@cross-app/test-database/server';
import { existsSync, rmSync } from 'node:fs';
import { STAY, startNode } from './child.js';
import { query } from './query.js';
import { Scratch } from './scratch.js';
import { until } from './until.js';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

it('runs until it is stopped, and leaves no file behind', async () => {
  const server = await startPostgres({ flags: ['cluster_name=it is ours'] });
  expect(await query(server.url, 'SHOW cluster_name')).toEqual(['it is ours']);
  await server.stop();
  await expect(query(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(existsSync(server.dir)).toBe(false);
});

it('has what was committed after a crash, under the same url, when it is durable', async () => {
  const server = await startPostgres({ durable: true });
  const { pid, url } = server;
  try {
    expect(
      await query(url, "SELECT current_setting('fsync') || current_setting('synchronous_commit')"),
    ).toEqual(['onon']);
    await query(url, 'CREATE TABLE note AS SELECT 1 AS number');
    await server.crash();
    await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await query(url, 'SELECT number FROM note')).toEqual(['1']);
  } finally {
    await server.stop();
  }
});

it('can be kept, and opened again with its data and its port', async () => {
  const server = await startPostgres();
  await query(server.url, 'CREATE TABLE note AS SELECT 1 AS number');
  await server.stop({ keep: true });
  const again = await reopenPostgres(server.dir);
  expect(again.url).toBe(server.url);
  expect(await query(again.url, 'SELECT number FROM note')).toEqual(['1']);
  await again.stop();
  expect(existsSync(server.dir)).toBe(true);
  rmSync(server.dir, { recursive: true });
});

it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'ends with its owner when that one gets %s',
  async (signal) => {
    const program =
      "require('@cross-app/test-database/server').startPostgres().then(({ url }) => console.log(url));";
    const owner = startNode(['-e', `${program} ${STAY}`], { TMPDIR: scratch.path });
    const [url] = await owner.prints(/postgres:.*(?=\n)/);
    expect(await query(url, 'SELECT 1')).toEqual(['1']);
    process.kill(owner.pid, signal);
    await owner.ended;
    await until(() => scratch.leftovers().length === 0);
    await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  },
);

it('says in one line why it does not start', async () => {
  await expect(startPostgres({ flags: ['no_such_setting=1'] })).rejects.toThrow(
    /^PostgreSQL did not start: unrecognized configuration parameter "no_such_setting".*$/,
  );
});

it('says in one line that there is nothing to open', async () => {
  await expect(reopenPostgres(scratch.path)).rejects.toThrow(
    `No PostgreSQL server was kept in ${scratch.path}.`,
  );
});

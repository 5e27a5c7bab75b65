import type { Scratch } from '../cross-app.js';
import { read } from './own-server.js';
import { pgbouncer, startPgBouncer } from '@cross-app/test-database/pgbouncer';
import type { PgBouncer, PoolerOptions } from '@cross-app/test-database/pgbouncer';
import { openMigrated, runDoctor } from './run-doctor.js';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openMigrated('plain');
});
afterAll(() => scratch.close());

it('connections without a pooler are ok', async () => {
  expect((await runDoctor(scratch.url)).find('pooler')).toMatchObject({
    status: 'ok',
    message: 'each connection has a backend of its own',
  });
});

if (pgbouncer === undefined) {
  process.stderr.write(
    '\nSKIPPED: the tests of cross-app doctor behind PgBouncer, which is not installed: apt-get install pgbouncer\n',
  );
}

(pgbouncer === undefined ? describe.skip : describe)('behind PgBouncer', () => {
  let pooler: PgBouncer;
  afterEach(() => pooler.stop());

  const start = async (options: PoolerOptions): Promise<void> => {
    pooler = await startPgBouncer(pgbouncer ?? '', scratch.url, options);
  };

  it('in session mode is ok', async () => {
    await start({ poolMode: 'session' });
    expect((await runDoctor(pooler.url)).find('pooler')).toMatchObject({ status: 'ok' });
  });

  // 1.18 knows no named statements. With round robin every query may get another backend.
  it.each([
    ['', []],
    [', one backend for all', ['default_pool_size = 1']],
    [', two backends in turn', ['server_round_robin = 1', 'min_pool_size = 2', 'default_pool_size = 2']],
    [', four backends in turn', ['server_round_robin = 1', 'min_pool_size = 4']],
  ])('in transaction mode is a warning%s, and the rest is found', async (_how, settings) => {
    await start({ poolMode: 'transaction', settings });
    for (let times = 0; times < 3; times++) {
      const { find } = await runDoctor(pooler.url);
      expect(find('pooler')).toMatchObject({
        status: 'warn',
        message: expect.stringMatching(/named statements fail there/),
        advice: expect.stringMatching(/prepare: false.*PgBouncer 1\.21/),
      });
      for (const name of ['database-clock', 'database', 'migrations', 'tables']) {
        expect(find(name)).toMatchObject({ status: 'ok' });
      }
    }
  });

  it('leaves none of its statements behind', async () => {
    await start({ poolMode: 'transaction', settings: ['default_pool_size = 1'] });
    await runDoctor(pooler.url);
    expect(await read(pooler.url, 'SELECT count(*)::int FROM pg_prepared_statements')).toBe(0);
  });

  it('that is asked for options in the URL is a failure that says to remove them', async () => {
    await start({ poolMode: 'transaction' });
    const { find } = await runDoctor(`${pooler.url}?options=-c%20statement_timeout%3D5s`);
    expect(find('database')).toMatchObject({
      status: 'fail',
      advice: expect.stringMatching(/neither options nor statement_timeout in the URL/),
    });
  });
});

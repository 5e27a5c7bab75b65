import { crossApp } from '../cross-app.js';
import { configure, execute, startPair, until } from './own-server.js';
import type { Pair } from './own-server.js';
import { runDoctor } from './run-doctor.js';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair(async (url) => {
    await crossApp(['migrate', '--with-user-tables'], url);
    await execute(
      url,
      "CREATE ROLE app LOGIN PASSWORD 'app'",
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO app',
    );
  });
}, 60_000);
afterEach(async () => {
  await configure(pair.primary.url, 'synchronous_standby_names', '');
});
afterAll(() => pair.close());

/** What the server is told to wait for, once it counts the standby in or out. */
async function waitFor(names: string, state: 'sync' | 'quorum' | 'async'): Promise<void> {
  await configure(pair.primary.url, 'synchronous_standby_names', names);
  await until(pair.primary.url, 'SELECT sync_state FROM pg_stat_replication', state);
}

const urlOfApp = (): string => pair.primary.url.replace('postgres:postgres@', 'app:app@');

it('a primary that waits for nobody is ok', async () => {
  const { find } = await runDoctor(pair.primary.url);
  expect(find('primary')).toMatchObject({ status: 'ok' });
  expect(find('standbys')).toMatchObject({
    status: 'ok',
    message: 'no commit waits for a standby; 1 connected',
  });
});

it.each([
  ['standby', 'sync', 'one synchronous standby; 1'],
  ['ANY 1 (standby, other)', 'quorum', 'one synchronous standby; 1'],
  ['FIRST 1 (standby)', 'sync', 'one synchronous standby; 1'],
  ['*', 'sync', 'one synchronous standby; 1'],
] as const)('one that waits for %s, which is connected, is ok', async (names, state, message) => {
  await waitFor(names, state);
  expect((await runDoctor(pair.primary.url)).find('standbys')).toMatchObject({
    status: 'ok',
    message: `commits wait for ${message} connected`,
  });
});

it.each([
  ['other', 'async', /one synchronous standby by .*, and 0 are connected: every issue and redeem hangs/],
  ['2 (standby, other)', 'sync', /2 synchronous standbys by .*, and 1 is connected/],
  ['ANY 2 (standby, other)', 'quorum', /2 synchronous standbys by .*, and 1 is connected/],
] as const)(
  'one that waits for %s is a failure, and the doctor does not hang',
  async (names, state, message) => {
    await waitFor(names, state);
    const { find, exitCode } = await runDoctor(pair.primary.url);
    expect(find('standbys')).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
    expect(exitCode).toBe(2);
  },
);

it('a role that may not see the state of a standby gets a warning, and with pg_monitor the answer', async () => {
  await waitFor('standby', 'sync');
  expect((await runDoctor(urlOfApp())).find('standbys')).toMatchObject({
    status: 'warn',
    advice: expect.stringMatching(/^GRANT pg_monitor/),
  });
  // This commit waits for the standby, too.
  await execute(pair.primary.url, 'GRANT pg_monitor TO app');
  expect((await runDoctor(urlOfApp())).find('standbys')).toMatchObject({ status: 'ok' });
});

it('a standby is a failure, and all the rest is found there: the doctor writes nothing', async () => {
  const { find, exitCode, checks } = await runDoctor(pair.standby.url);
  expect(find('primary')).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^this is a standby/),
  });
  expect(exitCode).toBe(2);
  expect(find('standbys')).toBeUndefined();
  expect(checks.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual(['primary']);
  for (const name of ['pooler', 'migrations', 'tables', 'privileges', 'trust-proxy']) {
    expect(find(name)).toMatchObject({ status: 'ok' });
  }
});

import { startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
import { startStandby } from '@cross-app/test-database/standby';
import type { StandbyServer } from '@cross-app/test-database/standby';
import { existsSync } from 'node:fs';
import { query } from './query.js';
import { until } from './until.js';

const TIMELINE = 'SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)';

let primary: PostgresServer;
let standby: StandbyServer;
beforeEach(async () => {
  primary = await startPostgres();
  await query(primary.url, 'CREATE TABLE note AS SELECT 1 AS number');
  standby = await startStandby(primary, { flags: ['cluster_name=second'] });
});
afterEach(async () => {
  await standby.stop();
  await primary.stop();
});

const addNote = (url: string): Promise<unknown> =>
  query(url, 'INSERT INTO note SELECT max(number) + 1 FROM note');
const notes = (url: string): Promise<readonly string[]> => query(url, 'SELECT number FROM note ORDER BY 1');

it('has what the primary has, under a url of its own, and takes no writes', async () => {
  await addNote(primary.url);
  await standby.caughtUp();
  expect(standby.url).not.toBe(primary.url);
  expect(await notes(standby.url)).toEqual(['1', '2']);
  await expect(addNote(standby.url)).rejects.toMatchObject({ code: '25006' });
});

it('is promoted when the primary is gone, with a timeline of its own', async () => {
  expect(await query(primary.url, TIMELINE)).toEqual(['00000001']);
  await primary.crash();
  await standby.promote();
  expect(await query(standby.url, TIMELINE)).toEqual(['00000002']);
  await addNote(standby.url);
  expect(await notes(standby.url)).toEqual(['1', '2']);
});

it('does not get what the primary commits once it is cut off, also when both run on', async () => {
  await standby.cutOff();
  await addNote(primary.url);
  await standby.restart();
  await standby.promote();
  expect(await notes(standby.url)).toEqual(['1']);
  expect(await notes(primary.url)).toEqual(['1', '2']);
});

it('has a standby of its own once it is a primary, although it was cut off from its own', async () => {
  await standby.cutOff();
  await standby.promote();
  const third = await startStandby(standby);
  await addNote(standby.url);
  await third.caughtUp();
  expect(await notes(third.url)).toEqual(await notes(standby.url));
  await third.stop();
});

it('can be waited for by the primary, and has then what was committed', async () => {
  await query(primary.url, "ALTER SYSTEM SET synchronous_standby_names = 'second'");
  await query(primary.url, 'ALTER SYSTEM SET synchronous_commit = remote_apply');
  await query(primary.url, 'SELECT pg_reload_conf()');
  await until(async () => {
    const [state] = await query(primary.url, 'SELECT sync_state FROM pg_stat_replication');
    return state === 'sync';
  });
  await addNote(primary.url);
  expect(await notes(standby.url)).toEqual(['1', '2']);
});

it('leaves no file behind', async () => {
  await standby.stop();
  await primary.stop();
  expect([primary.dir, standby.dir].map((dir) => existsSync(dir))).toEqual([false, false]);
});

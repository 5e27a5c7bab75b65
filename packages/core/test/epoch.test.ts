import { randomBytes, randomUUID } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { createCrossAppSessions, readEpoch } from '../src/index.js';
import type { CrossAppSessionsOptions, DatabaseSessions } from '../src/index.js';
import { countStatements, openKnex, openTestStore } from './database.js';
import type { TestStore } from './database.js';

const target = { targetApp: 'hi-events' };

let store: TestStore;
/** As a role that owns nothing. */
let knex: Knex;
let role: string;
let warn: jest.SpyInstance;
beforeEach(async () => {
  store = await openTestStore();
  role = `app_${randomUUID().replaceAll('-', '')}`;
  await store.knex.raw(
    `CREATE ROLE ${role} LOGIN PASSWORD 'app'; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
  );
  const url = new URL(store.url);
  [url.username, url.password] = [role, 'app'];
  knex = openKnex(url.href);
  warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(async () => {
  warn.mockRestore();
  await knex.destroy();
  await store.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await store.close();
});

const open = (options: Partial<CrossAppSessionsOptions> = {}): DatabaseSessions =>
  createCrossAppSessions({ knex, appId: 'tuvens', ...options });

/** What the rows have of two handoffs: one alone, and two together. */
async function handOver(sessions: DatabaseSessions): Promise<(string | null)[]> {
  const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
  const tokens = [await issue(), ...(await Promise.all([issue(), issue()]))];
  await Promise.all(tokens.map((token) => sessions.redeem(token, target)));
  const rows = await store.knex('cross_app_sessions').select<{ epoch: string | null }[]>('epoch');
  expect(rows).toHaveLength(3);
  return rows.map(({ epoch }) => epoch);
}

const WITHOUT: readonly [string, 'not-told' | 'citus', string][] = [
  [
    'where the role may not read the identifier',
    'not-told',
    'REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC',
  ],
  [
    'where the role may not read the timeline',
    'not-told',
    'REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn() FROM PUBLIC',
  ],
  ['where there is no such function', 'not-told', 'ALTER FUNCTION pg_walfile_name(pg_lsn) RENAME TO gone'],
  [
    'on Citus, whose nodes have one each',
    'citus',
    `SET LOCAL allow_system_table_mods = on;
     INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
     SELECT 1, 'citus', relowner, relnamespace, false, '13' FROM pg_class WHERE relname = 'cross_app_sessions'`,
  ],
];

it('every row has the epoch of the database, which any role can read', async () => {
  const { rows } = await store.knex.raw<{ rows: [{ epoch: string }] }>(
    `SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                     lpad(to_hex((SELECT timeline_id FROM pg_control_checkpoint())), 8, '0')) AS epoch`,
  );
  const { epoch } = rows[0];
  expect(epoch).toMatch(/^\d{15,20}\/0000000\d$/);
  expect(await handOver(open())).toEqual([epoch, epoch, epoch]);
  expect(await readEpoch(knex)).toEqual({ epoch });
  expect(warn).not.toHaveBeenCalled();
});

it.each(['batch', 'single'] as const)('with epoch: none no row has one (%s)', async (how) => {
  const sessions = open({ epoch: 'none', ...(how === 'single' && { batch: false }) });
  expect(await handOver(sessions)).toEqual([null, null, null]);
  expect(warn).not.toHaveBeenCalled();
});

describe.each(WITHOUT)('%s', (_name, reason, sql) => {
  beforeEach(() => store.knex.transaction((trx) => trx.raw(sql)));

  it('the default is none, and the process says so once', async () => {
    expect(await handOver(open())).toEqual([null, null, null]);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('cross-app new-epoch'), 'CrossAppEpochWarning'],
    ]);
    expect(await readEpoch(knex)).toEqual({ epoch: null, reason });
    // And a transaction goes on.
    await knex.transaction(async (trx) => {
      await readEpoch(trx);
      await trx.raw('SELECT 1');
    });
  });
});

it('where it was asked for and cannot be read, nothing is issued and nobody signed in', async () => {
  const sessions = open({ epoch: 'timeline' });
  const { token } = await sessions.issue({ userId: 11, ...target });
  await store.knex.raw('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
  const unavailable = { code: 'store_unavailable', cause: { code: '42501' } };
  await expect(sessions.issue({ userId: 11, ...target })).rejects.toMatchObject(unavailable);
  await expect(sessions.redeem(token, target)).rejects.toMatchObject(unavailable);
  await expect(sessions.inspect(token, target)).rejects.toMatchObject(unavailable);
  expect(warn).not.toHaveBeenCalled();
});

it('any other failure to read it is no answer, and is asked again', async () => {
  await store.knex.raw(`
    ALTER FUNCTION pg_control_system() RENAME TO hidden;
    CREATE FUNCTION public.pg_control_system(OUT system_identifier bigint) LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'not now' USING ERRCODE = '55000'; END $$`);
  const sessions = open();
  await expect(sessions.issue({ userId: 11, ...target })).rejects.toMatchObject({
    code: 'store_unavailable',
    cause: { code: '55000' },
  });
  await store.knex.raw(
    'DROP FUNCTION public.pg_control_system(); ALTER FUNCTION hidden() RENAME TO pg_control_system',
  );
  expect(await handOver(sessions)).not.toContain(null);
  expect(warn).not.toHaveBeenCalled();
});

it('a statement reads it once, however many rows, and one that finds no row not at all', async () => {
  await store.knex.raw(`
    ALTER FUNCTION pg_control_system() RENAME TO hidden;
    CREATE SEQUENCE reads; GRANT ALL ON reads TO PUBLIC;
    CREATE FUNCTION public.pg_control_system(OUT system_identifier bigint) LANGUAGE sql VOLATILE AS
      $$ SELECT nextval('reads') * 0 + 7 $$`);
  const reads = async (): Promise<number> => {
    const { rows } = await store.knex.raw<{ rows: [{ count: string }] }>(
      'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM reads',
    );
    return Number(rows[0].count);
  };
  const single = openKnex(knex.client.config.connection as string, 1);
  const count = countStatements(single);
  const sessions = createCrossAppSessions({
    knex: single,
    appId: 'tuvens',
    epoch: 'timeline',
    batch: { connections: 1 },
  });
  const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
  const inspected = await issue();
  const [statements, before] = [count(), await reads()];
  const tokens = await Promise.all(Array.from({ length: 20 }, issue));
  await Promise.all(tokens.map((token) => sessions.redeem(token, target)));
  await Promise.allSettled(tokens.map((token) => sessions.redeem(token, target)));
  await sessions.inspect(inspected, target);
  // Of a refusal the redeem and its explanation find the row; the replays are counted by one that needs no epoch.
  const sent = count() - statements;
  expect((await reads()) - before).toBeLessThan(sent);
  expect((await reads()) - before).toBeGreaterThanOrEqual(4);
  const unchanged = await reads();
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + 600;
  const unknown = Array.from({ length: 3 }, () =>
    makeToken({ randomBytes: randomBytes(32), expiresAtSeconds }),
  );
  await Promise.allSettled(unknown.map((token) => sessions.redeem(token, target)));
  expect(await reads()).toBe(unchanged);
  await single.destroy();
});

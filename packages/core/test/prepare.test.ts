import type { Knex } from 'knex';
import { createCrossAppSessions } from '../src/index.js';
import type { DatabaseSessions } from '../src/index.js';
import { openKnex, openTestStore } from './database.js';
import type { TestStore } from './database.js';

const target = { targetApp: 'hi-events' };

let store: TestStore;
let knex: Knex;
let sessions: DatabaseSessions;
beforeEach(async () => {
  store = await openTestStore();
  // One connection: what is prepared on it is seen, and taken from it, by what runs next.
  knex = openKnex(store.url, 1);
  sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
});
afterEach(async () => {
  await knex.destroy();
  await store.close();
});

/** Three tokens, one of them alone: whom they sign in, each twice. */
async function handOver(userId: number | string = 11): Promise<string[]> {
  const issue = async (): Promise<string> => (await sessions.issue({ userId, ...target })).token;
  const tokens = [await issue(), ...(await Promise.all([issue(), issue()]))];
  const [alone = '', ...together] = tokens;
  const redeem = async (token: string): Promise<string> => (await sessions.redeem(token, target)).user.id;
  const signedIn = [await redeem(alone), ...(await Promise.all(together.map(redeem)))];
  for (const token of tokens) {
    signedIn.push(await redeem(token).catch((error: unknown) => (error as { code: string }).code));
  }
  return signedIn;
}

const handedOver = (userId = '11'): string[] => [
  ...Array.from({ length: 3 }, () => userId),
  ...Array.from({ length: 3 }, () => 'token_used'),
];

const prepared = async (): Promise<string[]> =>
  (
    await knex.raw<{ rows: { name: string }[] }>('SELECT name FROM pg_prepared_statements ORDER BY name')
  ).rows.map(({ name }) => name.replace(/_[0-9a-f]{16}_\d+$/, ''));

describe('the statements of the verbs', () => {
  it('are prepared by name', async () => {
    expect(await handOver()).toEqual(handedOver());
    expect(new Set(await prepared())).toEqual(
      new Set([
        'cross_app_explain',
        'cross_app_issue',
        'cross_app_issue_many',
        'cross_app_redeem',
        'cross_app_redeem_many',
      ]),
    );
  });

  it('are not with prepare: false', async () => {
    sessions = createCrossAppSessions({ knex, appId: 'tuvens', prepare: false });
    expect(await handOver()).toEqual(handedOver());
    expect(await prepared()).toEqual([]);
  });

  it('serve two tables through one pool', async () => {
    await knex.raw('CREATE TABLE others (LIKE cross_app_sessions INCLUDING ALL)');
    const other = createCrossAppSessions({ knex, appId: 'tuvens', tables: { sessions: 'others' } });
    expect(await handOver()).toEqual(handedOver());
    const { token } = await other.issue({ userId: 11, ...target });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_unknown' });
    await expect(other.redeem(token, target)).resolves.toMatchObject({ user: { id: '11' } });
  });
});

it('batches of two are not planned anew each time', async () => {
  await store.knex.raw(
    "INSERT INTO users (id, email) SELECT n, n || '@example.com' FROM generate_series(1000, 3000) n",
  );
  await store.knex.raw('ANALYZE users');
  const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
  for (let round = 0; round < 20; round++) {
    const tokens = await Promise.all([issue(), issue()]);
    for (const times of [1, 2]) {
      const codes = await Promise.allSettled(tokens.map((token) => sessions.redeem(token, target)));
      expect(codes.map(({ status }) => status)).toEqual(
        tokens.map(() => (times === 1 ? 'fulfilled' : 'rejected')),
      );
    }
  }
  const { rows } = await knex.raw<{ rows: { name: string; custom: string }[] }>(
    "SELECT name, custom_plans AS custom FROM pg_prepared_statements WHERE name LIKE '%_many_%'",
  );
  expect(rows.map(({ custom }) => Number(custom))).toEqual([5, 5, 5, 5]);
});

describe('what changes under a connection that has prepared them', () => {
  it('a column that is returned has another type', async () => {
    expect(await handOver()).toEqual(handedOver());
    await store.knex.raw(
      'ALTER TABLE users ALTER COLUMN name TYPE varchar(80), ALTER COLUMN email TYPE text',
    );
    expect(await handOver()).toEqual(handedOver());
    expect(await handOver()).toEqual(handedOver());
  });

  it('the ids have a larger type, and somebody has a large one', async () => {
    expect(await handOver()).toEqual(handedOver());
    await store.knex.raw(
      'ALTER TABLE users ALTER COLUMN id TYPE bigint; ALTER TABLE cross_app_sessions ALTER COLUMN user_id TYPE bigint',
    );
    await store.knex('users').insert({ id: '9007199254740993', email: 'large@example.com' });
    expect(await handOver('9007199254740993')).toEqual(handedOver('9007199254740993'));
  });

  it.each([
    ['the connection forgets them', 'DISCARD ALL'],
    ['they belong to somebody else', 'DEALLOCATE ALL'],
  ])('%s: the verbs go on without, and the process says so once', async (_name, sql) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    expect(await handOver()).toEqual(handedOver());
    await knex.raw(sql);
    expect(await handOver()).toEqual(handedOver());
    expect(await handOver()).toEqual(handedOver());
    expect(await prepared()).toEqual([]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('prepare: false'), 'CrossAppPrepareWarning']]);
    warn.mockRestore();
  });

  it('a name is taken on the connection by the time it is prepared, as behind a pooler', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    expect(await handOver()).toEqual(handedOver());
    const names = (
      await knex.raw<{ rows: { name: string }[] }>('SELECT name FROM pg_prepared_statements')
    ).rows.map(({ name }) => name);
    await knex.destroy();
    knex = openKnex(store.url, 1);
    for (const name of names) await knex.raw(`PREPARE ${name} AS SELECT 1`);
    sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
    expect(await handOver()).toEqual(handedOver());
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

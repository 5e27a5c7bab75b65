import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import {
  createCrossAppSessions,
  createMigrationSource,
  createSessionsTable,
  dropSessionsTable,
  migrate,
  MIGRATIONS_TABLE,
  migrationStatus,
  upgradeSessionsTable,
} from '../src/index.js';
import { openKnex, untilWaiting } from './database.js';

const FIRST = '20260101000000_create_cross_app_sessions.js';
const LATER = [
  '20260201000000_add_cross_app_archive.js',
  '20260301000000_add_cross_app_audit.js',
  '20260401000000_add_cross_app_apps.js',
  '20260501000000_add_cross_app_revocations.js',
  '20260601000000_leave_room_for_redeems.js',
];

let database: TestDatabase;
let knex: Knex;
beforeEach(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  knex = openKnex(database.url);
  await knex.raw(`CREATE TABLE users (id integer PRIMARY KEY, email text, name text);
    INSERT INTO users VALUES (11, 'ada@example.com', 'Ada')`);
});
afterEach(async () => {
  await knex.destroy();
  await database.close();
});

const options = { tables: { accounts: null } } as const;
const sessionsOn = (pool: Knex) => createCrossAppSessions({ knex: pool, appId: 'tuvens', ...options });
const request = { userId: 11, targetApp: 'hi-events' };

/** The table as the first version made it, with its history. */
async function migrateAsTheFirstVersion(): Promise<void> {
  const all = createMigrationSource(options);
  const [first] = await all.getMigrations([]);
  const source = { ...all, getMigrations: () => Promise.resolve(first === undefined ? [] : [first]) };
  await knex.migrate.latest({ migrationSource: source, tableName: MIGRATIONS_TABLE });
}

describe('migrate, on the table of an earlier version', () => {
  it('keeps what is in it', async () => {
    await migrateAsTheFirstVersion();
    await knex('cross_app_sessions').insert({
      token_hash: 'ab'.repeat(32),
      user_id: 11,
      expires_at: new Date(),
    });
    expect(await migrationStatus(knex)).toMatchObject({ applied: [FIRST], pending: LATER, schemas: [] });
    expect(await migrate(knex, options)).toEqual(LATER);
    expect(await knex('cross_app_sessions').select('user_id', 'replays')).toEqual([
      { user_id: 11, replays: 0 },
    ]);
    expect((await migrationStatus(knex)).schemas).toMatchObject([{ accounts: null, foreignKeys: true }]);
  });

  it('steps back for whoever uses it, so that sign-ins never queue behind it for long', async () => {
    await migrateAsTheFirstVersion();
    const trx = await knex.transaction();
    await trx('cross_app_sessions').insert({
      token_hash: 'cd'.repeat(32),
      user_id: 11,
      expires_at: new Date(),
    });
    const migrated = migrate(knex, options);
    await untilWaiting(knex, 1);
    // Behind a lock that is waited for, this would wait as long as the transaction lasts.
    const { token } = await sessionsOn(knex).issue(request);
    await sleep(300);
    expect((await migrationStatus(knex)).pending).toEqual(LATER);
    await trx.commit();
    expect(await migrated).toEqual(LATER);
    await expect(sessionsOn(knex).redeem(token, { targetApp: 'hi-events' })).resolves.toMatchObject({
      user: { id: '11' },
    });
  });

  it('fails nobody who issues and redeems meanwhile', async () => {
    await migrateAsTheFirstVersion();
    // Before the migration a refused replay cannot be counted, so nobody replays here.
    let isDone = false;
    const signIn = async (): Promise<number> => {
      let count = 0;
      for (; !isDone; count++) {
        const { token } = await sessionsOn(knex).issue(request);
        await sessionsOn(knex).redeem(token, { targetApp: 'hi-events' });
      }
      return count;
    };
    const workers = Promise.all([signIn(), signIn(), signIn()]);
    const other = openKnex(database.url);
    const applied = await Promise.all([migrate(other, options), migrate(other, options)]);
    isDone = true;
    await other.destroy();
    expect(applied.flat()).toEqual(LATER);
    for (const count of await workers) expect(count).toBeGreaterThan(0);
  });
});

describe('createSessionsTable, in a migration of the host', () => {
  it.each(['plain', 'partitioned'] as const)(
    'makes all that the verbs need, %s, and takes it back',
    async (layout) => {
      await createSessionsTable(knex, { ...options, layout });
      await upgradeSessionsTable(knex, { ...options, layout }); // for one who had an earlier version: no harm
      const sessions = sessionsOn(knex);
      const { token } = await sessions.issue(request);
      await sessions.redeem(token, { targetApp: 'hi-events' });
      await expect(sessions.redeem(token, { targetApp: 'hi-events' })).rejects.toMatchObject({
        code: 'token_used',
      });
      expect(await knex('cross_app_sessions').pluck('replays')).toEqual([1]);
      await dropSessionsTable(knex, { ...options, layout });
      for (const table of [
        'cross_app_settings',
        'cross_app_audit',
        'cross_app_apps',
        'cross_app_app_secrets',
        'cross_app_revocations',
      ]) {
        expect(await knex.schema.hasTable(table)).toBe(false);
      }
    },
  );
});

describe('migrate, with other options than the tables were made with,', () => {
  it.each([
    [{ userIdType: 'uuid' }, /userIdType is "integer" since these tables were made, not "uuid"/],
    [{ layout: 'partitioned' }, /layout is "plain" .*cross-app partition changes the layout/],
    [{ foreignKeys: false }, /foreignKeys is true/],
    [{ tables: { sessions: 'handoffs' } }, /tables\.sessions is "public\.cross_app_sessions"/],
    [{ tables: { accounts: 'accounts' } }, /tables\.accounts is null/],
    [{ withUserTables: true }, /withUserTables is false/],
  ] as const)('refuses %j and changes nothing', async (others, sentence) => {
    await migrate(knex, options);
    await expect(migrate(knex, others)).rejects.toThrow(sentence);
    expect((await migrationStatus(knex)).pending).toEqual([]);
  });

  it('takes the same ones again', async () => {
    await migrate(knex, options);
    const same = {
      tables: { users: 'users', accounts: null },
      userIdType: 'integer',
      layout: 'plain',
    } as const;
    expect(await migrate(knex, same)).toEqual([]);
  });
});

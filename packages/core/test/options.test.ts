import knexFactory from 'knex';
import { createCrossAppSessions } from '../src/index.js';
import type { CrossAppSessionsOptions } from '../src/index.js';
import { openKnex, openTestStore } from './database.js';

const knex = openKnex('postgres://127.0.0.1:1/none');
const good = { knex, appId: 'tuvens' };

describe('createCrossAppSessions', () => {
  it.each([
    [{ ...good, ttl: 60 }, /no option "ttl"; it takes knex, appId, ttlSeconds/],
    [{ ...good, appId: '' }, /appId must be 1 to 50 printable ASCII characters/],
    [{ ...good, appId: 'hi events' }, /appId must be/],
    [{ ...good, appId: undefined }, /appId must be/],
    [
      { ...good, ttlSeconds: 0 },
      /ttlSeconds \(seconds, not milliseconds\) must be a whole number from 1 to 900, not 0/,
    ],
    [{ ...good, ttlSeconds: 901 }, /from 1 to 900, not 901/],
    [{ ...good, ttlSeconds: 900_000 }, /seconds, not milliseconds/],
    [{ ...good, ttlSeconds: 0.5 }, /whole number/],
    [{ ...good, ttlSeconds: '60' }, /whole number/],
    [{ ...good, epoch: 'always' }, /epoch must be timeline or none, not "always"/],
    [{ ...good, epoch: null }, /epoch must be timeline or none, not null/],
    [{ ...good, timeoutMs: 0 }, /timeoutMs must be a whole number from 1 to 60000/],
    [{ ...good, tables: { sesions: 'x' } }, /tables has no option "sesions"/],
    [{ ...good, tables: { users: 'people; DROP TABLE users' } }, /tables\.users must be a name/],
    [{ ...good, columns: { users: { mail: 'x' } } }, /columns\.users has no option "mail"/],
    [{ appId: 'tuvens' }, /knex must be a knex on PostgreSQL/],
    [{ knex: knexFactory({ client: 'mysql2' }), appId: 'tuvens' }, /knex must be a knex on PostgreSQL/],
    [undefined, /takes an options object/],
  ])('refuses wrong options with a TypeError that says what to write (%#)', (options, message) => {
    const create = (): unknown => createCrossAppSessions(options as CrossAppSessionsOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it('refuses a transaction: a verb commits before it answers', async () => {
    const store = await openTestStore();
    const trx = await store.knex.transaction();
    expect(() => createCrossAppSessions({ knex: trx, appId: 'tuvens' })).toThrow(/must not be a transaction/);
    await trx.rollback();
    await store.close();
  });

  it('works with tables and columns of other names, uuid ids and no foreign keys', async () => {
    const store = await openTestStore();
    await store.knex.raw(`
      CREATE SCHEMA auth;
      CREATE TABLE auth.people (uid uuid PRIMARY KEY DEFAULT gen_random_uuid(), mail text, full_name text);
      INSERT INTO auth.people (mail, full_name) VALUES ('ada@example.com', 'Ada L.');
      ALTER TABLE cross_app_sessions DROP CONSTRAINT fk_cross_app_sessions_user_id;
      ALTER TABLE cross_app_sessions RENAME TO handoffs;
      ALTER TABLE handoffs ALTER COLUMN user_id TYPE uuid USING NULL;`);
    const { uid } = await store.knex('auth.people').first<{ uid: string }>('uid');
    const sessions = createCrossAppSessions({
      knex: store.knex,
      appId: 'tuvens',
      tables: { sessions: 'public.handoffs', users: 'auth.people', accounts: null },
      columns: { users: { id: 'uid', email: 'mail', name: 'full_name' } },
    });
    const { token } = await sessions.issue({ userId: uid.toUpperCase(), targetApp: 'hi-events' });
    const { user, account } = await sessions.redeem(token, { targetApp: 'hi-events' });
    expect(user).toEqual({ id: uid, email: 'ada@example.com', name: 'Ada L.' });
    expect(account).toBeNull();
    await expect(sessions.issue({ userId: uid, accountId: 1, targetApp: 'hi-events' })).rejects.toMatchObject(
      {
        code: 'invalid_argument',
      },
    );
    expect(await sessions.revokeAll({ userId: uid })).toBe(1);
    await store.close();
  });
});

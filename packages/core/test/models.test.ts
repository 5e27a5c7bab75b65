import { Account, createCrossAppSessions, CrossAppSession, User } from '../src/index.js';
import { openTestStore } from './database.js';
import type { TestStore } from './database.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
  const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
  await sessions.issue({
    userId: 11,
    accountId: 77,
    targetApp: 'hi-events',
    permissions: ['a'],
    payload: { b: 1 },
  });
});
afterAll(() => store.close());

describe('the models', () => {
  it('know each other both ways', async () => {
    const session = await CrossAppSession.query(store.knex)
      .findOne({ user_id: 11 })
      .withGraphFetched('[user.accounts, account.users]')
      .throwIfNotFound();
    expect(session.user).toBeInstanceOf(User);
    expect(session.user?.accounts?.map(({ slug }) => slug)).toEqual(['acme']);
    expect(session.account).toBeInstanceOf(Account);
    expect(session.account?.users?.map(({ email }) => email)).toEqual(['ada@example.com']);

    const user = await User.query(store.knex)
      .findById(11)
      .withGraphFetched('crossAppSessions')
      .throwIfNotFound();
    expect(user.crossAppSessions?.map(({ id }) => id)).toEqual([session.id]);
    const account = await Account.query(store.knex)
      .findById(77)
      .withGraphFetched('crossAppSessions')
      .throwIfNotFound();
    expect(account.crossAppSessions?.map(({ id }) => id)).toEqual([session.id]);
  });

  it('read and write every column in camelCase, json included', async () => {
    const session = await CrossAppSession.query(store.knex).first().throwIfNotFound();
    expect(session).toMatchObject({
      sourceApp: 'tuvens',
      targetApp: 'hi-events',
      permissions: ['a'],
      payload: { b: 1 },
    });
    const patched = await session
      .$query(store.knex)
      .patchAndFetch({ permissions: ['x', 'y'], userAgent: 'patched' });
    expect(patched).toMatchObject({ permissions: ['x', 'y'], userAgent: 'patched' });
  });

  it('can be bound to a knex or to a transaction', async () => {
    const BoundSession = CrossAppSession.bindKnex(store.knex);
    expect(await BoundSession.query().resultSize()).toBe(1);
    const trx = await store.knex.transaction();
    await CrossAppSession.query(trx).delete();
    expect(await CrossAppSession.query(trx).resultSize()).toBe(0);
    await trx.rollback();
    expect(await BoundSession.query().resultSize()).toBe(1);
  });
});

describe('CrossAppSession', () => {
  const session = (fields: Partial<CrossAppSession>): CrossAppSession =>
    Object.assign(new CrossAppSession(), { expiresAt: new Date(Date.now() + 60_000) }, fields);
  const past = new Date(Date.now() - 60_000);

  it.each([
    ['as inserted', {}, { isExpired: false, isUsed: false, isRevoked: false, isActive: true }],
    ['with nulls', { usedAt: null, revokedAt: null }, { isUsed: false, isRevoked: false, isActive: true }],
    ['expired', { expiresAt: past }, { isExpired: true, isActive: false }],
    ['used', { usedAt: past }, { isUsed: true, isActive: false }],
    ['revoked', { revokedAt: past }, { isRevoked: true, isActive: false }],
  ])('%s', (_name, fields, expected) => {
    const { isExpired, isUsed, isRevoked, isActive } = session(fields);
    expect({ isExpired, isUsed, isRevoked, isActive }).toMatchObject(expected);
  });
});

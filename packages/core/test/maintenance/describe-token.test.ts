import { createHash } from 'node:crypto';
import { createCrossAppSessions, describeToken, MaintenanceRefused } from '../../src/index.js';
import type { DatabaseSessions } from '../../src/index.js';
import { expireToken, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
let sessions: DatabaseSessions;
beforeEach(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
afterEach(() => store.close());

const target = { targetApp: 'hi-events' };
const issue = async (more: object = {}): Promise<string> => {
  const request = { userId: store.userId, accountId: store.accountId, ...target, ...more };
  return (await sessions.issue(request)).token;
};

describe('describeToken', () => {
  it('tells whose a token is, from where to where it goes and by whom it was redeemed, and changes nothing', async () => {
    const token = await issue({ userAgent: 'Firefox', ipAddress: '192.0.2.1' });
    const row = (): Promise<unknown> => store.knex('cross_app_sessions').first();
    const before = await row();
    const { state, session } = await describeToken(store.knex, token);
    expect(await row()).toEqual(before);
    expect(state).toBe('redeemable');
    expect(session).toEqual({
      id: expect.stringMatching(/^\d+$/),
      table: 'sessions',
      userId: '11',
      email: 'ada@example.com',
      name: 'Ada',
      accountId: '77',
      accountName: 'Acme',
      sourceApp: 'tuvens',
      targetApp: 'hi-events',
      isBound: false,
      createdAt: expect.any(Date),
      expiresAt: expect.any(Date),
      usedAt: null,
      revokedAt: null,
      replays: 0,
      userAgent: 'Firefox',
      ipAddress: '192.0.2.1',
      redeemedUserAgent: null,
      redeemedIp: null,
    });
    const redeemed = await sessions.redeem(token, { ...target, userAgent: 'curl', ipAddress: '2001:db8::1' });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
    const used = await describeToken(store.knex, token);
    expect(used).toEqual({
      state: 'used',
      session: {
        ...session,
        usedAt: redeemed.session.usedAt,
        replays: 1,
        redeemedUserAgent: 'curl',
        redeemedIp: '2001:db8::1',
      },
    });
    expect(JSON.stringify(used)).not.toContain(createHash('sha256').update(token).digest('hex'));
  });

  it('says that a token is expired, revoked, revoked after use, bound or nowhere', async () => {
    const state = async (token: string): Promise<string> => (await describeToken(store.knex, token)).state;
    expect(await state(await expireToken(store.knex, await issue()))).toBe('expired');
    const revoked = await issue();
    await sessions.revoke(revoked);
    expect(await state(revoked)).toBe('revoked');
    const both = await issue();
    await sessions.redeem(both, target);
    await sessions.revoke(both);
    const { session } = await describeToken(store.knex, both);
    expect(session).toMatchObject({ usedAt: expect.any(Date), revokedAt: expect.any(Date) });
    const bound = await describeToken(store.knex, await issue({ codeChallenge: 'c'.repeat(43) }));
    expect(bound).toMatchObject({ state: 'redeemable', session: { isBound: true } });
    const unknown = await issue();
    await store.knex('cross_app_sessions').delete();
    expect(await describeToken(store.knex, unknown)).toEqual({ state: 'unknown', session: null });
    expect(await describeToken(store.knex, 'nothing')).toEqual({ state: 'malformed', session: null });
  });

  it('finds it in the archive, and the row that a redeem would find first', async () => {
    const token = await issue();
    await store.knex.raw('INSERT INTO cross_app_sessions_archive SELECT * FROM cross_app_sessions');
    expect(await describeToken(store.knex, token)).toMatchObject({
      state: 'redeemable',
      session: { table: 'sessions' },
    });
    await store.knex('cross_app_sessions').delete();
    expect(await describeToken(store.knex, token)).toMatchObject({
      state: 'expired',
      session: { table: 'archive', email: 'ada@example.com' },
    });
    await store.knex('users').where({ id: 11 }).delete();
    expect(await describeToken(store.knex, token)).toMatchObject({
      state: 'expired',
      session: { email: null },
    });
  });

  it('says that the user or account of a live one is gone, as a redeem does', async () => {
    await store.knex.raw('ALTER TABLE cross_app_sessions DROP CONSTRAINT fk_cross_app_sessions_account_id');
    const token = await issue();
    await store.knex('accounts').where({ id: 77 }).delete();
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_unknown' });
    expect(await describeToken(store.knex, token)).toMatchObject({
      state: 'orphaned',
      session: { email: 'ada@example.com', accountName: null },
    });
  });

  it('needs no columns but the id of the host, nor the tables themselves', async () => {
    const token = await issue();
    await store.knex.raw('ALTER TABLE users DROP name; ALTER TABLE users RENAME email TO mail');
    await store.knex.raw('DROP TABLE account_members, accounts CASCADE');
    expect(await describeToken(store.knex, token)).toMatchObject({
      state: 'redeemable',
      session: { userId: '11', email: null, name: null, accountId: '77', accountName: null },
    });
  });

  it('refuses a table that is not there', async () => {
    const choice = { sessionsTable: 'handoffs' };
    await expect(describeToken(store.knex, await issue(), choice)).rejects.toThrow(MaintenanceRefused);
  });

  it('tells when it was issued in another epoch, and when nobody can say', async () => {
    const token = await issue();
    await store.knex('cross_app_sessions').update({ epoch: '1/00000001' });
    expect(await describeToken(store.knex, token)).toMatchObject({ state: 'superseded' });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_expired' });
    await store.knex('cross_app_sessions').update({ epoch: null });
    expect(await describeToken(store.knex, token)).toMatchObject({ state: 'redeemable' });
    await expect(sessions.redeem(token, target)).resolves.toBeDefined();
  });
});

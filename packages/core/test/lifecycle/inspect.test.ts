import { createHash, randomUUID } from 'node:crypto';
import type { DatabaseSessions } from '../../src/index.js';
import { expireToken, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { migrateWithUsers, openScratch } from '../partitioning/scratch.js';
import { createSessions } from '../sessions.js';

let store: TestStore;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
});
afterAll(() => store.close());

const target = { targetApp: 'hi-events' };
const issue = (more: object = {}): ReturnType<DatabaseSessions['issue']> =>
  sessions.issue({ userId: store.userId, accountId: store.accountId, ...target, ...more });

describe('inspect', () => {
  it('says what a redeem would, and changes nothing', async () => {
    const { token, session } = await issue();
    const row = (): Promise<unknown> => store.knex('cross_app_sessions').where({ id: session.id }).first();
    const before = await row();
    const inspected = await sessions.inspect(token, target);
    expect(await row()).toEqual(before);

    const redeemed = await sessions.redeem(token, target);
    expect(inspected.user).toEqual(redeemed.user);
    expect(inspected.account).toEqual(redeemed.account);
    expect(inspected.session).toEqual({ ...redeemed.session, usedAt: null, redemptionId: null });
  });

  it('refuses what a redeem would refuse, without raising a replay', async () => {
    const replayed = jest.fn();
    sessions.on('replayed', replayed);
    const { token } = await issue();
    const redemptionId = randomUUID();
    const inspect = (request: object): Promise<unknown> => sessions.inspect(token, { ...target, ...request });
    await expect(inspect({ targetApp: 'other' })).rejects.toMatchObject({ code: 'target_mismatch' });
    await expect(inspect({ codeVerifier: 'v'.repeat(43) })).rejects.toMatchObject({
      code: 'verifier_mismatch',
    });
    await sessions.redeem(token, { ...target, redemptionId });
    await expect(inspect({})).rejects.toMatchObject({ code: 'token_used' });
    await expect(inspect({ redemptionId })).resolves.toMatchObject({ user: { id: '11' } });
    await sessions.revoke(token);
    await expect(inspect({ redemptionId })).rejects.toMatchObject({ code: 'token_revoked' });
    await expect(sessions.inspect('nothing', target)).rejects.toMatchObject({ code: 'token_malformed' });
    sessions.off('replayed', replayed);
    expect(replayed).not.toHaveBeenCalled();
  });

  it('does not wait for a redeem under way', async () => {
    const { token, session } = await issue();
    const trx = await store.knex.transaction();
    await trx('cross_app_sessions').where({ id: session.id }).forUpdate();
    await expect(sessions.inspect(token, target)).resolves.toMatchObject({ user: { id: '11' } });
    await trx.rollback();
  });

  it('answers the app that redeemed the token, whatever its proofs, until the token is revoked', async () => {
    const codeVerifier = 'v'.repeat(43);
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const { token } = await issue({ codeChallenge });
    const ask = (request: object = {}): Promise<unknown> =>
      sessions.inspect(token, { ...target, redeemed: true, ...request });
    await expect(ask()).rejects.toMatchObject({ code: 'token_unknown' });
    await expect(ask({ targetApp: 'other' })).rejects.toMatchObject({ code: 'target_mismatch' });
    await sessions.redeem(token, { ...target, codeVerifier });
    await expect(ask()).resolves.toMatchObject({ user: { id: '11' }, account: { id: '77' } });
    await expect(ask({ redemptionId: randomUUID(), codeVerifier: 'w'.repeat(43) })).resolves.toBeDefined();
    await expect(ask({ redeemed: false })).rejects.toMatchObject({ code: 'verifier_mismatch' });
    await expect(ask({ targetApp: 'other' })).rejects.toMatchObject({ code: 'target_mismatch' });
    await expect(ask({ redeemed: 'yes' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await sessions.revoke(token);
    await expect(ask()).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('answers nobody once the redeemed token has expired, not even in the time that a retry has', async () => {
    const { token } = await issue();
    const redemptionId = randomUUID();
    await sessions.redeem(token, { ...target, redemptionId });
    const expired = await expireToken(store.knex, token);
    await expect(sessions.inspect(expired, { ...target, redeemed: true })).rejects.toMatchObject({
      code: 'token_expired',
    });
    await expect(sessions.inspect(expired, { ...target, redemptionId })).resolves.toBeDefined();
  });

  it('answers nobody about a redeemed token whose user is gone, where no foreign key has deleted it', async () => {
    const scratch = await openScratch();
    const unbound = await migrateWithUsers(scratch.knex, { foreignKeys: false });
    const { token } = await unbound.issue({ userId: 11, ...target });
    await unbound.redeem(token, target);
    await expect(unbound.inspect(token, { ...target, redeemed: true })).resolves.toBeDefined();
    await scratch.knex('users').delete();
    await expect(unbound.inspect(token, { ...target, redeemed: true })).rejects.toMatchObject({
      code: 'token_unknown',
    });
    await scratch.close();
  });
});

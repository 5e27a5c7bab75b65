import { randomUUID } from 'node:crypto';
import { createCrossAppSessions, MaintenanceRefused, startNewEpoch } from '../../src/index.js';
import type { DatabaseSessions } from '../../src/index.js';
import { expireToken, openTestStore, untilWaiting } from '../database.js';
import type { TestStore } from '../database.js';

const target = { targetApp: 'hi-events' };
const revoked = { code: 'token_revoked' };

let store: TestStore;
let sessions: DatabaseSessions;
beforeEach(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens', epoch: 'none' });
});
afterEach(() => store.close());

const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
const audited = (): Promise<unknown[]> =>
  store.knex('cross_app_audit').orderBy('id').select('event', 'reason');

describe('startNewEpoch', () => {
  it('lets nobody redeem or retry what was issued before, and everybody what is issued then', async () => {
    const [unused, used] = [await issue(), await issue()];
    const redemptionId = randomUUID();
    await sessions.redeem(used, { ...target, redemptionId });
    expect(await startNewEpoch(store.knex)).toEqual({ revoked: 2, dryRun: false });
    await expect(sessions.redeem(unused, target)).rejects.toMatchObject(revoked);
    await expect(sessions.redeem(used, { ...target, redemptionId })).rejects.toMatchObject(revoked);
    await expect(sessions.inspect(used, { ...target, redeemed: true })).rejects.toMatchObject(revoked);
    await expect(sessions.redeem(await issue(), target)).resolves.toBeDefined();
    expect(await audited()).toEqual([
      { event: 'revoked', reason: 'new epoch' },
      { event: 'revoked', reason: 'new epoch' },
    ]);
  });

  it('takes what can still be retried, and leaves what is over as it is', async () => {
    const retryable = await issue();
    const redemptionId = randomUUID();
    await sessions.redeem(retryable, { ...target, redemptionId });
    const late = await expireToken(store.knex, retryable, 30);
    const over = await issue();
    await expireToken(store.knex, over, 61);
    await sessions.revoke(await issue());
    expect(await startNewEpoch(store.knex, { dryRun: true })).toEqual({ revoked: 1, dryRun: true });
    await expect(sessions.redeem(late, { ...target, redemptionId })).resolves.toBeDefined();
    expect(await startNewEpoch(store.knex)).toEqual({ revoked: 1, dryRun: false });
    expect(await startNewEpoch(store.knex)).toEqual({ revoked: 0, dryRun: false });
    await expect(sessions.redeem(late, { ...target, redemptionId })).rejects.toMatchObject(revoked);
  });

  it('ends no sign-in', async () => {
    const token = await issue();
    const { session } = await sessions.redeem(token, target);
    await startNewEpoch(store.knex);
    expect(
      await sessions.isRevoked({
        tokenHash: (await store.knex('cross_app_sessions').first('token_hash')).token_hash,
        userId: session.userId,
        accountId: null,
        sourceApp: session.sourceApp,
        targetApp: session.targetApp,
        issuedAt: session.createdAt.toISOString(),
      }),
    ).toBe(false);
  });

  it('waits for a redeem under way, and each token is then either redeemed or revoked', async () => {
    const tokens = await Promise.all(Array.from({ length: 200 }, issue));
    const [answers, report] = await Promise.all([
      Promise.allSettled(tokens.map((token) => sessions.redeem(token, target))),
      startNewEpoch(store.knex),
    ]);
    expect(report.revoked).toBe(200);
    const codes = answers.map((answer) =>
      answer.status === 'fulfilled' ? 'redeemed' : (answer.reason as { code: string }).code,
    );
    expect(codes.filter((code) => code !== 'redeemed' && code !== 'token_revoked')).toEqual([]);
    const again = await Promise.allSettled(tokens.map((token) => sessions.redeem(token, target)));
    expect(again.filter(({ status }) => status === 'fulfilled')).toEqual([]);
  });

  it('waits for a row that somebody holds', async () => {
    const token = await issue();
    const holder = await store.knex.transaction();
    await holder('cross_app_sessions').update({ user_agent: 'held' });
    const started = startNewEpoch(store.knex);
    await untilWaiting(store.knex, 1);
    await holder.commit();
    expect(await started).toEqual({ revoked: 1, dryRun: false });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject(revoked);
  });

  it('does without an audit', async () => {
    await issue();
    await store.knex.raw('DROP TABLE cross_app_audit');
    expect(await startNewEpoch(store.knex)).toEqual({ revoked: 1, dryRun: false });
  });

  it('refuses an option that it does not know, and a table that is not ours', async () => {
    await expect(startNewEpoch(store.knex, { all: true } as object)).rejects.toThrow(TypeError);
    await expect(startNewEpoch(store.knex, { sessionsTable: 'users' })).rejects.toThrow(MaintenanceRefused);
  });
});

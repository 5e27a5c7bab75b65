import { createHash, randomUUID } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import type { DatabaseSessions, ReplayedEvent } from '../../src/index.js';
import { countStatements, expireToken, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { createSessions } from '../sessions.js';

let store: TestStore;
let sessions: DatabaseSessions;
let statements: () => number;
beforeAll(async () => {
  store = await openTestStore();
  statements = countStatements(store.knex);
  sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
});
afterAll(() => store.close());

const target = { targetApp: 'hi-events' };
const issueToken = async (more: object = {}): Promise<string> =>
  (await sessions.issue({ userId: store.userId, accountId: store.accountId, ...target, ...more })).token;
const rowOf = (token: string): Promise<Record<string, unknown>> =>
  store
    .knex('cross_app_sessions')
    .where({ token_hash: createHash('sha256').update(token).digest('hex') })
    .first();

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('redeem', () => {
  it('says who arrived, for which account, with what was sent along', async () => {
    const token = await issueToken({ permissions: ['events:write'], payload: { plan: 'pro' } });
    const { session, user, account } = await sessions.redeem(token, target);
    expect(user).toEqual({ id: '11', email: 'ada@example.com', name: 'Ada' });
    expect(account).toEqual({ id: '77', name: 'Acme', slug: 'acme' });
    expect(session).toMatchObject({
      userId: '11',
      accountId: '77',
      sourceApp: 'tuvens',
      targetApp: 'hi-events',
      permissions: ['events:write'],
      payload: { plan: 'pro' },
    });
    expect(session.usedAt).toBeInstanceOf(Date);
  });

  it('lets the e-mail address stand for a missing name', async () => {
    const token = await issueToken({ userId: store.otherUserId, accountId: null });
    const { user, account } = await sessions.redeem(token, target);
    expect(user.name).toBe('nameless@example.com');
    expect(account).toBeNull();
  });

  it('refuses the token ever after, and tells the listeners that it was a replay', async () => {
    const token = await issueToken();
    const replays: ReplayedEvent[] = [];
    const listener = (event: ReplayedEvent): void => void replays.push(event);
    sessions.on('replayed', listener);
    const { session } = await sessions.redeem(token, target);
    for (let i = 0; i < 3; i++) {
      await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used', status: 401 });
    }
    sessions.off('replayed', listener);
    expect(replays).toHaveLength(3);
    expect(replays[0]).toMatchObject({
      sessionId: session.id,
      targetApp: 'hi-events',
      usedAt: session.usedAt,
    });
  });

  it('is one statement on success', async () => {
    const token = await issueToken();
    const before = statements();
    await sessions.redeem(token, target);
    expect(statements() - before).toBe(1);
  });

  it('answers the same redemption id with the same, and writes again', async () => {
    const token = await issueToken();
    const redemptionId = randomUUID();
    const first = await sessions.redeem(token, { ...target, redemptionId, userAgent: 'first' });
    const rowAfterFirst = await rowOf(token);
    const transactionOf = async (): Promise<unknown> =>
      (await store.knex.raw('SELECT xmin FROM cross_app_sessions WHERE id = ?', [first.session.id])).rows[0]
        .xmin;
    const written = await transactionOf();

    const again = await sessions.redeem(token, {
      ...target,
      redemptionId: redemptionId.toUpperCase(),
      userAgent: 'again',
    });
    expect(again).toEqual(first);
    expect(await transactionOf()).not.toBe(written);
    expect(rowAfterFirst).toMatchObject({ retried_at: null, redeemed_user_agent: 'first' });
    expect(await rowOf(token)).toMatchObject({
      retried_at: expect.any(Date),
      used_at: rowAfterFirst['used_at'],
      redeemed_user_agent: 'first',
    });
  });

  it('answers a retry until a minute after the end of life, and no longer', async () => {
    const token = await issueToken();
    const redemptionId = randomUUID();
    await sessions.redeem(token, { ...target, redemptionId });
    const recent = await expireToken(store.knex, token, 30);
    await expect(sessions.redeem(recent, { ...target, redemptionId })).resolves.toBeDefined();
    const old = await expireToken(store.knex, recent, 61);
    await expect(sessions.redeem(old, { ...target, redemptionId })).rejects.toMatchObject({
      code: 'token_expired',
    });
  });

  it('does not answer a retry after a revoke', async () => {
    const token = await issueToken();
    const redemptionId = randomUUID();
    await sessions.redeem(token, { ...target, redemptionId });
    await sessions.revoke(token);
    await expect(sessions.redeem(token, { ...target, redemptionId })).rejects.toMatchObject({
      code: 'token_revoked',
    });
  });

  it('burns nothing for the wrong target', async () => {
    const token = await issueToken();
    await expect(sessions.redeem(token, { targetApp: 'other' })).rejects.toMatchObject({
      code: 'target_mismatch',
    });
    expect(await rowOf(token)).toMatchObject({ used_at: null, redemption_id: null });
    await expect(sessions.redeem(token, target)).resolves.toBeDefined();
  });

  it('burns nothing for a missing or wrong verifier, and takes the right one (RFC 7636, appendix B)', async () => {
    const token = await issueToken({ codeChallenge: CHALLENGE });
    const wrong = { code: 'verifier_mismatch' };
    await expect(sessions.redeem(token, target)).rejects.toMatchObject(wrong);
    await expect(sessions.redeem(token, { ...target, codeVerifier: CHALLENGE })).rejects.toMatchObject(wrong);
    await expect(
      sessions.redeem(token, { ...target, codeVerifier: VERIFIER.toLowerCase() }),
    ).rejects.toMatchObject(wrong);
    expect(await rowOf(token)).toMatchObject({ used_at: null });
    await expect(sessions.redeem(token, { ...target, codeVerifier: VERIFIER })).resolves.toBeDefined();
  });

  it('refuses a verifier for a token without a challenge (RFC 9700: no downgrade)', async () => {
    const token = await issueToken();
    await expect(sessions.redeem(token, { ...target, codeVerifier: VERIFIER })).rejects.toMatchObject({
      code: 'verifier_mismatch',
    });
    expect(await rowOf(token)).toMatchObject({ used_at: null });
  });

  it('says nothing in public that tells one refusal from another', async () => {
    const used = await issueToken();
    await sessions.redeem(used, target);
    const revoked = await issueToken();
    await sessions.revoke(revoked);
    const expired = await expireToken(store.knex, await issueToken());
    const elsewhere = await issueToken({ targetApp: 'other' });
    const bound = await issueToken({ codeChallenge: CHALLENGE });
    const unknown = await issueToken();
    await store
      .knex('cross_app_sessions')
      .where({ id: (await rowOf(unknown))['id'] })
      .delete();

    const refusals = await Promise.all(
      [used, revoked, expired, elsewhere, bound, unknown].map((token) =>
        sessions.redeem(token, target).catch((e: unknown) => e),
      ),
    );
    expect(refusals.map((error) => (error as { code: string }).code)).toEqual([
      'token_used',
      'token_revoked',
      'token_expired',
      'target_mismatch',
      'verifier_mismatch',
      'token_unknown',
    ]);
    const outside = (error: unknown): unknown => {
      const { message, status, headers, stack } = error as Error & { status: number; headers: object };
      return { message, status, headers, stack, json: JSON.stringify(error) };
    };
    expect(new Set(refusals.map((error) => JSON.stringify(outside(error)))).size).toBe(1);
  });

  it('refuses malformed and long expired tokens without a query', async () => {
    await sessions.inspect(await issueToken(), target); // the database's time is known from now on
    const stale = makeToken({
      randomBytes: new Uint8Array(32),
      expiresAtSeconds: Math.floor(Date.now() / 1000) - 301,
    });
    const before = statements();
    await expect(sessions.redeem(stale, target)).rejects.toMatchObject({ code: 'token_expired' });
    for (const token of [
      '',
      'handoff_',
      'x'.repeat(64),
      stale.slice(0, -1),
      `${stale} `,
      { toString: () => stale },
    ]) {
      await expect(sessions.redeem(token as string, target)).rejects.toMatchObject({
        code: 'token_malformed',
      });
    }
    expect(statements() - before).toBe(0);
  });

  it.each([
    [{ redemptionId: 'x' }],
    [{ redemptionId: '00000000-0000-0000-0000-000000000000' }],
    [{ codeVerifier: 'short' }],
    [{ codeVerifier: `${VERIFIER}\n` }],
    [{ codeVerifier: [VERIFIER] }],
    [{ targetApp: '' }],
    [{ userAgent: { a: 1 } }],
  ])('refuses the argument %j, and burns nothing', async (bad) => {
    const token = await issueToken();
    await expect(sessions.redeem(token, { ...target, ...(bad as object) })).rejects.toMatchObject({
      code: 'invalid_argument',
      status: 400,
    });
    expect(await rowOf(token)).toMatchObject({ used_at: null });
  });

  it('refuses, and burns nothing, when the user or account is gone from a host without foreign keys', async () => {
    const token = await issueToken();
    await store.knex.raw('ALTER TABLE cross_app_sessions DROP CONSTRAINT fk_cross_app_sessions_account_id');
    await store
      .knex('cross_app_sessions')
      .where({ id: (await rowOf(token))['id'] })
      .update({ account_id: 4711 });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_unknown' });
    expect(await rowOf(token)).toMatchObject({ used_at: null });
  });

  it('finds nothing of a user who was deleted', async () => {
    await store.knex('users').insert({ id: 900, email: 'gone@example.com' });
    const token = await issueToken({ userId: 900, accountId: null });
    await store.knex('users').where({ id: 900 }).delete();
    expect(await rowOf(token)).toBeUndefined();
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_unknown' });
  });
});

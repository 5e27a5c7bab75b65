import { createHash } from 'node:crypto';
import type { DerivedSession, Revocation } from '@cross-app/protocol';
import { CONFORMANCE_CASES } from '@cross-app/protocol/conformance';
import { createMemorySessions, createTestClock } from '../../src/index.js';
import type { MemorySessions, TestClock } from '../../src/index.js';
import { ACME, ADA, MALLORY, TARGET_APP as targetApp } from '../people.js';

const CASES = CONFORMANCE_CASES.map(({ name, run }) => [name, run] as const);
const RETRY = { targetApp, redemptionId: '00000000-0000-4000-8000-000000000001' };
const user = { id: ADA.id, email: ADA.email, name: 'Ada' };

let clock: TestClock;
let sessions: MemorySessions;
beforeEach(() => {
  clock = createTestClock();
  sessions = createMemorySessions({ people: [ADA, MALLORY], clock });
});

async function issue(ttlSeconds = 60): Promise<string> {
  return (await sessions.issue({ userId: ADA.id, accountId: ACME.id, targetApp, ttlSeconds })).token;
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'accepted',
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

function derivedFrom(token: string): DerivedSession {
  return {
    tokenHash: createHash('sha256').update(token).digest('hex'),
    userId: ADA.id,
    accountId: ACME.id,
    sourceApp: 'tuvens',
    targetApp,
    issuedAt: new Date(clock.now()).toISOString(),
  };
}

describe('the sessions in memory', () => {
  it.each(CASES)('%s', async (_name, run) => {
    await expect(run({ sessions, user, account: ACME, targetApp })).resolves.toBeUndefined();
  });

  it('redeem until the token expires, and answer its redemption again for 60 seconds more', async () => {
    const [used, unused] = [await issue(), await issue()];
    clock.advance(59_000);
    await sessions.redeem(used, RETRY);
    clock.advance(2_000);
    expect(await codeOf(sessions.redeem(unused, RETRY))).toBe('token_expired');
    expect(await codeOf(sessions.redeem(used, RETRY))).toBe('accepted');
    clock.advance(60_000);
    expect(await codeOf(sessions.redeem(used, RETRY))).toBe('token_expired');
    expect(await codeOf(sessions.inspect(used, { targetApp, redeemed: true }))).toBe('token_expired');
  });

  it('say why they refuse, as the database does', async () => {
    const token = await issue();
    expect(await codeOf(sessions.redeem('handoff_', { targetApp }))).toBe('token_malformed');
    expect(await codeOf(sessions.redeem(token, { targetApp: 'another' }))).toBe('target_mismatch');
    expect(await codeOf(sessions.redeem(token, { targetApp, codeVerifier: 'x'.repeat(43) }))).toBe(
      'verifier_mismatch',
    );
    await sessions.redeem(token, { targetApp });
    expect(await codeOf(sessions.redeem(token, { targetApp }))).toBe('token_used');
    await sessions.revoke(token);
    expect(await codeOf(sessions.redeem(token, { targetApp }))).toBe('token_revoked');
  });

  it.each([
    ['somebody unknown', { userId: '1', targetApp }],
    ['an unknown account', { userId: '456', accountId: '1', targetApp }],
    ['no app', { userId: '456', targetApp: '' }],
    ['a challenge that is none', { userId: '456', targetApp, codeChallenge: 'x' }],
    ['a life that is too long', { userId: '456', targetApp, ttlSeconds: 901 }],
    ['a payload that is too large', { userId: '456', targetApp, payload: 'x'.repeat(9000) }],
    ['a permission without a name', { userId: '456', targetApp, permissions: [''] }],
  ])('refuse to issue for %s', async (_what, request) => {
    expect(await codeOf(sessions.issue(request))).toBe('invalid_argument');
  });

  it('know what has become of a token', async () => {
    const [used, revoked, expired] = [await issue(), await issue(), await issue()];
    expect(sessions.stateOf(used)).toBe('unused');
    await sessions.redeem(used, { targetApp });
    await sessions.revoke(revoked);
    clock.advance(61_000);
    expect([used, revoked, expired, 'x'].map((token) => sessions.stateOf(token))).toEqual([
      'used',
      'revoked',
      'expired',
      'unknown',
    ]);
  });

  it('redeem nothing for somebody who was deleted', async () => {
    const token = await issue();
    sessions.removePerson(ADA.id);
    expect(await codeOf(sessions.redeem(token, { targetApp }))).toBe('token_unknown');
  });
});

describe('the sessions in memory, asked about derived sessions', () => {
  it('know those of one token', async () => {
    const [token, other] = [await issue(), await issue()];
    await sessions.redeem(token, { targetApp });
    await sessions.revoke(token);
    expect(await sessions.isRevoked(derivedFrom(token))).toBe(true);
    expect(await sessions.isRevoked(derivedFrom(other))).toBe(false);
  });

  it('know those of a person up to now, and not those that come later', async () => {
    const before = derivedFrom(await issue());
    await sessions.revokeAll({ userId: ADA.id });
    clock.advance(1);
    expect(await sessions.isRevoked(before)).toBe(true);
    expect(await sessions.isRevoked(derivedFrom(await issue()))).toBe(false);
  });

  it("leave what was issued at the filter's instant", async () => {
    const early = derivedFrom(await issue());
    clock.advance(1000);
    const later = derivedFrom(await issue());
    expect(await sessions.revokeAll({ issuedBefore: new Date(clock.now()) })).toBe(1);
    expect(await sessions.isRevoked(early)).toBe(true);
    expect(await sessions.isRevoked(later)).toBe(false);
  });

  it('tell who watches, until they close', async () => {
    const seen: (Revocation | null)[] = [];
    const watch = sessions.watchRevocations((revocation) => seen.push(revocation));
    await sessions.revoke(await issue(), { userId: MALLORY.id });
    expect(seen).toEqual([]);
    await sessions.revoke(await issue());
    expect(seen).toHaveLength(1);
    await watch.close();
    await sessions.revoke(await issue());
    expect(seen).toHaveLength(1);
  });
});

describe('the test clock', () => {
  it.each([-1, 0.5, Number.NaN])('does not move by %s', (ms) => {
    expect(() => clock.advance(ms)).toThrow(TypeError);
  });
});

import { createHash, randomUUID } from 'node:crypto';
import type { RedeemRequest } from '@cross-app/protocol';
import { createAuditLog } from '../../src/index.js';
import type { DatabaseSessions, ReplayedEvent, RevokeOnReplay } from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { derive } from '../revocations/derived.js';
import { createSessions } from '../sessions.js';

const target = { targetApp: 'hi-events' };
const FIREFOX = { userAgent: 'Firefox', ipAddress: '203.0.113.9' };
const CURL = { userAgent: 'curl', ipAddress: '198.51.100.7' };
// As made of the secrets of two browsers.
const [OURS, THEIRS] = ['4c1d5a51-0b3a-8d3e-9f00-aaaaaaaaaaaa', '4c1d5a51-0b3a-8d3e-9f00-bbbbbbbbbbbb'];

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => store.knex('cross_app_revocations').delete());
afterAll(() => store.close());

interface Outcome {
  readonly events: (Pick<ReplayedEvent, 'client' | 'sessionRevoked'> | 'revoked')[];
  readonly isEnded: boolean;
}

/** Redeems once, and then once more with another redemption id; says what came of the second one. */
async function replay(
  first: Partial<RedeemRequest>,
  second: Partial<RedeemRequest>,
  revokeOnReplay?: RevokeOnReplay,
): Promise<Outcome> {
  const sessions = open(revokeOnReplay);
  const { token } = await sessions.issue({ userId: 11, ...target });
  const derived = derive(token, await sessions.redeem(token, { ...target, ...first }));
  const events = listen(sessions);
  await expect(sessions.redeem(token, { ...target, ...second })).rejects.toMatchObject({
    code: 'token_used',
  });
  return { events, isEnded: await sessions.isRevoked(derived) };
}

const open = (revokeOnReplay?: RevokeOnReplay): DatabaseSessions =>
  createSessions({
    ...{ knex: store.knex, appId: 'tuvens' },
    ...(revokeOnReplay === undefined ? {} : { revokeOnReplay }),
  });

function listen(sessions: DatabaseSessions): Outcome['events'] {
  const events: Outcome['events'] = [];
  sessions.on('replayed', ({ client, sessionRevoked }) => void events.push({ client, sessionRevoked }));
  sessions.on('revoked', () => void events.push('revoked'));
  return events;
}

const SAME: Outcome = { events: [{ client: 'same', sessionRevoked: false }], isEnded: false };
const DIFFERENT: Outcome = {
  events: ['revoked', { client: 'different', sessionRevoked: true }],
  isEnded: true,
};

describe('a replay', () => {
  it.each<[string, [first: Partial<RedeemRequest>, second: Partial<RedeemRequest>], Outcome]>([
    ['from the same agent and address', [FIREFOX, FIREFOX], SAME],
    ['from another agent', [FIREFOX, { ...FIREFOX, userAgent: 'curl' }], DIFFERENT],
    ['from another address', [FIREFOX, { ...FIREFOX, ipAddress: '203.0.113.10' }], DIFFERENT],
    [
      'from another spelling of the address',
      [{ ipAddress: '2001:db8::1' }, { ipAddress: '2001:DB8:0::1' }],
      SAME,
    ],
    ['that does not say where it is from', [FIREFOX, {}], SAME],
    ['of one that did not say where it was from', [{}, FIREFOX], SAME],
    [
      'from the same agent over IPv6, where it was IPv4',
      [FIREFOX, { ...FIREFOX, ipAddress: '2001:db8::1' }],
      SAME,
    ],
    [
      'from another agent over IPv6, where it was IPv4',
      [FIREFOX, { userAgent: 'curl', ipAddress: '2001:db8::1' }],
      DIFFERENT,
    ],
    [
      'by another server of the target app',
      [
        { ...CURL, caller: 'server' },
        { ...FIREFOX, caller: 'server' },
      ],
      SAME,
    ],
    ['where nobody says', [{}, {}], SAME],
    ['that says less', [FIREFOX, { userAgent: 'Firefox' }], DIFFERENT],
    ['with the agent alone, on both sides', [{ userAgent: 'Firefox' }, { userAgent: 'Firefox' }], SAME],
    [
      'by a browser of another secret, through the same server',
      [
        { ...CURL, redemptionId: OURS },
        { ...CURL, redemptionId: THEIRS },
      ],
      DIFFERENT,
    ],
    ['by a browser that says nothing else', [{ redemptionId: OURS }, { redemptionId: THEIRS }], DIFFERENT],
    ['with a random id, after a derived one', [{ ...CURL, redemptionId: OURS }, CURL], SAME],
    ['with a derived id, after a random one', [CURL, { ...CURL, redemptionId: OURS }], SAME],
  ])('%s', async (_what, [first, second], outcome) => {
    expect(await replay(first, second)).toEqual(outcome);
  });

  it.each<[RevokeOnReplay, Partial<RedeemRequest>, Outcome]>([
    ['always', FIREFOX, { events: ['revoked', { client: 'same', sessionRevoked: true }], isEnded: true }],
    ['always', CURL, DIFFERENT],
    ['never', FIREFOX, SAME],
    ['never', CURL, { events: [{ client: 'different', sessionRevoked: false }], isEnded: false }],
  ])('with revokeOnReplay %s from %j', async (revokeOnReplay, second, outcome) => {
    expect(await replay(FIREFOX, second, revokeOnReplay)).toEqual(outcome);
  });

  it('once it has revoked, refuses also the retry of who redeemed it first', async () => {
    const sessions = open();
    const { token } = await sessions.issue({ userId: 11, ...target });
    const owner = { ...target, ...FIREFOX, redemptionId: randomUUID() };
    await sessions.redeem(token, owner);
    await expect(sessions.redeem(token, owner)).resolves.toBeDefined();
    await expect(sessions.redeem(token, { ...target, ...CURL })).rejects.toMatchObject({
      code: 'token_used',
    });
    await expect(sessions.redeem(token, owner)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it.each<[string, Partial<RedeemRequest>, string]>([
    ['target', { targetApp: 'other' }, 'target_mismatch'],
    ['verifier', { codeVerifier: 'w'.repeat(43) }, 'verifier_mismatch'],
    ['verifier, by none', { codeVerifier: undefined }, 'verifier_mismatch'],
  ])('is none with a wrong %s, and revokes nothing', async (_what, wrong, code) => {
    const sessions = open('always');
    const codeVerifier = 'v'.repeat(43);
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const { token } = await sessions.issue({ userId: 11, ...target, codeChallenge });
    const proofs = { ...target, ...FIREFOX, codeVerifier };
    const derived = derive(token, await sessions.redeem(token, { ...proofs, redemptionId: OURS }));
    const events = listen(sessions);
    const attempt = { ...proofs, ...CURL, redemptionId: THEIRS, ...wrong };
    await expect(sessions.redeem(token, attempt)).rejects.toMatchObject({ code });
    await expect(sessions.inspect(token, { ...proofs, redemptionId: THEIRS })).rejects.toMatchObject({
      code: 'token_used',
    });
    expect(events).toEqual([]);
    expect(await sessions.isRevoked(derived)).toBe(false);
  });

  it('that cannot be answered by a revocation is not answered as a replay, and says so to who listens', async () => {
    const sessions = open();
    const { token } = await sessions.issue({ userId: 11, ...target });
    const derived = derive(token, await sessions.redeem(token, { ...target, ...FIREFOX }));
    const events = listen(sessions);
    await store.knex.raw('ALTER TABLE cross_app_revocations ADD CONSTRAINT refuse CHECK (false) NOT VALID');
    const again = (): Promise<unknown> => sessions.redeem(token, { ...target, ...CURL });
    await expect(again()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(events).toEqual([{ client: 'different', sessionRevoked: false }]);
    await store.knex.raw('ALTER TABLE cross_app_revocations DROP CONSTRAINT refuse');
    await expect(again()).rejects.toMatchObject({ code: 'token_used' });
    expect(await sessions.isRevoked(derived)).toBe(true);
  });

  it('is in the audit with its client, and the revocation beside it', async () => {
    const sessions = open();
    const audit = createAuditLog({ knex: store.knex });
    audit.watch(sessions);
    const { token } = await sessions.issue({ userId: 11, ...target });
    await sessions.redeem(token, { ...target, ...FIREFOX });
    await expect(sessions.redeem(token, { ...target, ...CURL })).rejects.toBeDefined();
    await audit.close();
    const entries = await store.knex('cross_app_audit').orderBy('id', 'desc').limit(2).select();
    expect(entries).toMatchObject([
      { event: 'replayed', reason: 'token_used, different client', ip_address: CURL.ipAddress },
      { event: 'revoked', user_id: '11' },
    ]);
  });

  it.each([
    [{ revokeOnReplay: 'sometimes' }, /revokeOnReplay must be different-client, always or never/],
    [{ revokeOnReplay: false }, /revokeOnReplay must be/],
  ])('refuses %j', (options, message) => {
    const all = { knex: store.knex, appId: 'tuvens', ...options } as object;
    expect(() => createSessions(all as Parameters<typeof createSessions>[0])).toThrow(message);
  });
});

import { randomBytes } from 'node:crypto';
import { createAuditLog, createCrossAppSessions, readAudit } from '../../src/index.js';
import type { AuditLog, DatabaseSessions } from '../../src/index.js';
import { challengeOf, hashToken } from '../../src/token-hash.js';
import { expireToken } from '../database.js';
import type { TestStore } from '../database.js';
import { FROM_LAPTOP, FROM_PHONE, NOTHING, openAuditStore, target } from './audit-store.js';
import type { AuditStore } from './audit-store.js';

const RETRIED = '0b9ea7f5-6a62-4d6a-9bb4-4a2f4a3c8d21';

let scratch: AuditStore;
let store: TestStore;
let sessions: DatabaseSessions;
let audit: AuditLog;
beforeEach(async () => {
  scratch = await openAuditStore();
  ({ store, sessions, audit } = scratch);
});
afterEach(() => scratch.close());

describe('an audit that watches sessions', () => {
  beforeEach(() => {
    audit.watch(sessions);
  });

  it('tells of an issue and a redeem: who, for which app, from where', async () => {
    const { token, session } = await sessions.issue({ userId: store.userId, ...target, ...FROM_PHONE });
    await sessions.redeem(token, { ...target, ...FROM_LAPTOP });
    const about = { reason: null, app: 'hi-events', userId: '11', sessionId: session.id };
    expect(await scratch.entries()).toEqual([
      { ...about, event: 'issued', userAgent: 'Phone/1.0', ipAddress: '203.0.113.9' },
      { ...about, event: 'redeemed', userAgent: 'Laptop/2.0', ipAddress: '198.51.100.7' },
    ]);
  });

  it('tells once of a redeem that is retried, in the same process or in another', async () => {
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    await sessions.redeem(token, { ...target, redemptionId: RETRIED });
    await sessions.redeem(token, { ...target, redemptionId: RETRIED });
    await audit.flush();
    const other = createAuditLog({ knex: store.knex });
    const elsewhere = createCrossAppSessions({ knex: store.knex, appId: 'hi-events' });
    other.watch(elsewhere);
    await elsewhere.redeem(token, { ...target, redemptionId: RETRIED });
    await other.close();
    expect(other.dropped).toBe(0);
    expect(await scratch.entries()).toMatchObject([{ event: 'issued' }, { event: 'redeemed' }]);
  });

  it('tells of a redeem whose first telling was lost with its process, once it is retried', async () => {
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    const unheard = createCrossAppSessions({ knex: store.knex, appId: 'hi-events' });
    await unheard.redeem(token, { ...target, redemptionId: RETRIED });
    await sessions.redeem(token, { ...target, redemptionId: RETRIED });
    expect(await scratch.entries()).toMatchObject([{ event: 'issued' }, { event: 'redeemed' }]);
  });

  it('tells apart the redeems of two tokens with one redemption id', async () => {
    for (let n = 0; n < 2; n++) {
      const { token } = await sessions.issue({ userId: store.userId, ...target });
      await sessions.redeem(token, { ...target, redemptionId: RETRIED });
    }
    const told = (await scratch.entries()) as { event: string }[];
    expect(told.filter(({ event }) => event === 'redeemed')).toHaveLength(2);
  });

  it('tells of a replay as one entry, with where it came from', async () => {
    const { token, session } = await sessions.issue({ userId: store.userId, ...target });
    await sessions.redeem(token, target);
    await sessions.redeem(token, { ...target, ...FROM_LAPTOP }).catch(() => undefined);
    expect((await scratch.entries()).slice(2)).toEqual([
      {
        event: 'replayed',
        reason: 'token_used',
        app: 'hi-events',
        userId: '11',
        sessionId: session.id,
        userAgent: 'Laptop/2.0',
        ipAddress: '198.51.100.7',
      },
    ]);
  });

  it('tells of each refusal with its reason, and of the session if there is one', async () => {
    const { token, session } = await sessions.issue({ userId: store.userId, ...target });
    await sessions.redeem(token, { targetApp: 'shop' }).catch(() => undefined);
    const expired = await expireToken(store.knex, token);
    await sessions.redeem(expired, target).catch(() => undefined);
    await sessions.redeem(token, target).catch(() => undefined);
    await sessions.inspect(`${token}x`, target).catch(() => undefined);
    const known = { event: 'rejected', userId: '11', sessionId: session.id };
    expect((await scratch.entries()).slice(1)).toMatchObject([
      { ...known, reason: 'target_mismatch', app: 'shop' },
      { ...known, reason: 'token_expired', app: 'hi-events' },
      { ...NOTHING, event: 'rejected', reason: 'token_unknown', app: 'hi-events' },
      { ...NOTHING, event: 'rejected', reason: 'token_malformed', app: 'hi-events' },
    ]);
  });

  it('tells of an inspection of a used token, which is no replay, as of a refusal', async () => {
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    await sessions.redeem(token, target);
    await sessions.inspect(token, target).catch(() => undefined);
    expect((await scratch.entries()).slice(2)).toMatchObject([{ event: 'rejected', reason: 'token_used' }]);
  });

  it('tells of every session that was revoked, whose it was and for which app', async () => {
    const one = await sessions.issue({ userId: store.userId, ...target });
    const other = await sessions.issue({ userId: store.otherUserId, targetApp: 'shop' });
    await sessions.revoke(one.token);
    await sessions.revokeAll({ all: true });
    expect((await scratch.entries()).slice(2)).toEqual([
      { ...NOTHING, event: 'revoked', app: 'hi-events', userId: '11', sessionId: one.session.id },
      { ...NOTHING, event: 'revoked', app: 'shop', userId: '12', sessionId: other.session.id },
    ]);
  });

  it('tells of every one of more revocations at once than may wait', async () => {
    const narrow = createAuditLog({ knex: store.knex, maxPending: 5 });
    narrow.watch(sessions);
    for (let n = 0; n < 12; n++) await sessions.issue({ userId: store.userId, ...target });
    await narrow.flush();
    const before = narrow.dropped;
    await sessions.revokeAll({ all: true });
    await narrow.close();
    const revoked = await readAudit(store.knex, { event: 'revoked' });
    expect(revoked).toHaveLength(12);
    expect(narrow.dropped).toBe(before);
    await audit.flush();
  });

  it('has no token, hash, verifier or e-mail address in it', async () => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = challengeOf(codeVerifier);
    const { token } = await sessions.issue({ userId: store.userId, ...target, codeChallenge });
    const from = { ...target, userAgent: `curl ${token}` };
    for (const redeem of [from, { ...from, codeVerifier }, { ...from, codeVerifier }]) {
      await sessions.redeem(token, redeem).catch(() => undefined);
    }
    await sessions.revoke(token);
    await sessions.redeem(token, { ...from, codeVerifier }).catch(() => undefined);
    audit.record({
      event: 'credential_rejected',
      reason: token,
      app: token,
      userId: token,
      userAgent: token,
    });
    await audit.flush();
    const { rows } = await store.knex.raw<{ rows: { line: string }[] }>(
      'SELECT entry::text AS line FROM cross_app_audit entry',
    );
    const dump = rows.map(({ line }) => line).join('\n');
    expect(rows).toHaveLength(7);
    expect(dump).toContain('handoff_[redacted]');
    for (const secret of [token, hashToken(token), codeVerifier, codeChallenge, 'ada@example.com']) {
      expect(dump.includes(secret)).toBe(false);
      expect(dump.includes(secret.slice(8, 40))).toBe(false);
    }
  });

  it('tells no more once it is told to stop, or closed', async () => {
    const stop = audit.watch(sessions);
    await sessions.issue({ userId: store.userId, ...target });
    expect(await scratch.entries()).toHaveLength(2); // watched twice
    stop();
    await sessions.issue({ userId: store.userId, ...target });
    expect(await scratch.entries()).toHaveLength(3);
    await audit.close();
    await sessions.issue({ userId: store.userId, ...target });
    expect(await scratch.entries()).toHaveLength(3);
    expect(audit.dropped).toBe(0);
  });
});

it.each([
  [{}, 'handoffs'],
  [{ sessionsTable: 'handoffs' }, 'cross_app_sessions'],
])('an audit with %j does not watch sessions of %s', (options, table) => {
  const strangers = createCrossAppSessions({
    knex: store.knex,
    appId: 'tuvens',
    tables: { sessions: table },
  });
  const other = createAuditLog({ knex: store.knex, ...options });
  expect(() => other.watch(strangers)).toThrow(`createAuditLog needs sessionsTable: '${table}'`);
});

import { randomBytes, randomUUID } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import type { IssueRequest, RedeemRequest } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { createCrossAppSessions, isCrossAppError } from '../../src/index.js';
import type { DatabaseSessions } from '../../src/index.js';
import { countStatements, expireToken, openKnex, openTestStore, untilWaiting } from '../database.js';
import type { TestStore } from '../database.js';

const target = { targetApp: 'hi-events' };
// RFC 7636, appendix B.
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

let store: TestStore;
let otherKnex: Knex;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  otherKnex = openKnex(store.url);
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
afterAll(async () => {
  await otherKnex.destroy();
  await store.close();
});

const issue = async (request: Partial<IssueRequest> = {}): Promise<string> =>
  (await sessions.issue({ userId: store.userId, ...target, ...request })).token;
const issueMany = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => issue()));

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'won';
  } catch (error) {
    return isCrossAppError(error) ? error.code : String(error);
  }
}

describe('a batch of all kinds', () => {
  interface Presented {
    readonly token: string;
    readonly request: RedeemRequest;
    readonly expected: string;
  }

  async function presentAll(): Promise<Presented[]> {
    const redemptionId = randomUUID();
    const [used, retried, revoked, twice] = await issueMany(4);
    await sessions.redeem(used ?? '', target);
    await sessions.redeem(retried ?? '', { ...target, redemptionId });
    await sessions.revoke(revoked ?? '');
    const bound = await issue({ codeChallenge });
    const expiresAtSeconds = Math.ceil(Date.now() / 1000) + 600;
    const unknown = makeToken({ randomBytes: randomBytes(32), expiresAtSeconds });
    const farAhead = makeToken({ randomBytes: randomBytes(32), expiresAtSeconds: 4_000_000_000 });
    const request = target;
    return [
      { token: await issue(), request, expected: 'won' },
      { token: await issue(), request: { targetApp: 'elsewhere' }, expected: 'target_mismatch' },
      { token: bound, request, expected: 'verifier_mismatch' },
      { token: bound, request: { ...target, codeVerifier: 'x'.repeat(43) }, expected: 'verifier_mismatch' },
      { token: bound, request: { ...target, codeVerifier }, expected: 'won' },
      { token: await issue(), request: { ...target, codeVerifier }, expected: 'verifier_mismatch' },
      { token: used ?? '', request, expected: 'token_used' },
      { token: retried ?? '', request: { ...target, redemptionId }, expected: 'won' },
      { token: retried ?? '', request, expected: 'token_used' },
      { token: revoked ?? '', request, expected: 'token_revoked' },
      { token: await expireToken(store.knex, await issue()), request, expected: 'token_expired' },
      { token: unknown, request, expected: 'token_unknown' },
      { token: farAhead, request, expected: 'token_unknown' },
      { token: 'handoff_nothing', request, expected: 'token_malformed' },
      { token: twice ?? '', request: { ...target, redemptionId }, expected: 'won' },
      { token: twice ?? '', request: { ...target, redemptionId }, expected: 'won' },
      { token: await issue({ accountId: store.accountId }), request, expected: 'won' },
    ];
  }

  it.each([false, {}] as const)('gives each what it gets alone, with batch: %j', async (batch) => {
    const gathering = createCrossAppSessions({ knex: store.knex, appId: 'hi-events', batch });
    await gathering.inspect(await issue(), target); // tells it the database's time
    const all = await presentAll();
    const events: string[] = [];
    gathering.on('redeemed', ({ isRetry }) => void events.push(isRetry ? 'retried' : 'redeemed'));
    gathering.on('rejected', ({ reason }) => void events.push(reason));
    gathering.on('replayed', ({ client }) => void events.push(`replayed by ${client}`));
    const codes = await Promise.all(
      all.map(({ token, request }) => codeOf(gathering.redeem(token, request))),
    );
    expect(codes).toEqual(all.map(({ expected }) => expected));
    expect(events.sort()).toEqual(
      [
        ...['redeemed', 'redeemed', 'redeemed', 'redeemed', 'retried', 'retried'],
        ...codes.filter((code) => code !== 'won'),
        ...['replayed by same', 'replayed by same'],
      ].sort(),
    );
  });

  it('gives each caller its own row', async () => {
    const made = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        sessions.issue({
          userId: index % 2 === 0 ? store.userId : store.otherUserId,
          payload: { index },
          permissions: [`p${index}`],
          userAgent: `agent ${index}`,
          ...target,
        }),
      ),
    );
    const answers = await Promise.all(
      made.map(({ token }, index) =>
        sessions.redeem(token, { ...target, userAgent: `redeemer ${index}`, ipAddress: `192.0.2.${index}` }),
      ),
    );
    for (const [index, { session, user }] of answers.entries()) {
      expect(session).toMatchObject({
        id: made[index]?.session.id,
        payload: { index },
        permissions: [`p${index}`],
      });
      expect(user.id).toBe(String(index % 2 === 0 ? store.userId : store.otherUserId));
    }
    const rows = await store
      .knex('cross_app_sessions')
      .whereIn(
        'id',
        answers.map(({ session }) => session.id),
      )
      .orderBy('id')
      .select<Record<string, string>[]>(
        'user_agent',
        'redeemed_user_agent',
        store.knex.raw('host(redeemed_ip) AS redeemed_ip'),
      );
    const numbers = rows.map((row) => Object.values(row).map((text) => Number(/\d+$/.exec(text)?.[0])));
    expect(numbers.every(([one, ...others]) => others.every((other) => other === one))).toBe(true);
  });

  it('takes one statement, and so does a batch of issues', async () => {
    const knex = openKnex(store.url);
    const count = countStatements(knex);
    const counted = createCrossAppSessions({ knex, appId: 'tuvens' });
    const first = await counted.issue({ userId: store.userId, ...target });
    const before = count();
    const made = await Promise.all(
      Array.from({ length: 50 }, () => counted.issue({ userId: store.userId, ...target })),
    );
    expect(count() - before).toBe(1);
    await Promise.all([first, ...made].map(({ token }) => counted.redeem(token, target)));
    expect(count() - before).toBe(2);
    await Promise.all([first, ...made].map(({ token }) => codeOf(counted.redeem(token, target))));
    expect(count() - before).toBe(5); // nothing redeemed, found used, counted
    await knex.destroy();
  });
});

describe('a row that somebody holds', () => {
  it.each([1, 25])('does not hold up the others: %i of 60', async (held) => {
    const tokens = await issueMany(60);
    const ids = await store
      .knex('cross_app_sessions')
      .orderBy('id', 'desc')
      .limit(held)
      .pluck<string[]>('id');
    const trx = await otherKnex.transaction();
    await trx('cross_app_sessions').whereIn('id', ids).forUpdate();

    const answers = new Map<string, string>();
    const calls = tokens.map(async (token) =>
      answers.set(token, await codeOf(sessions.redeem(token, target))),
    );
    for (let times = 0; times < 1000 && answers.size < 60 - held; times++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(answers.size).toBe(60 - held);
    expect([...answers.values()].every((code) => code === 'won')).toBe(true);
    await untilWaiting(otherKnex, 1);
    // Nor those that come while it is held.
    const later = await issueMany(5);
    expect(await Promise.all(later.map((token) => codeOf(sessions.redeem(token, target))))).toEqual(
      later.map(() => 'won'),
    );
    expect(answers.size).toBe(60 - held);

    await trx('cross_app_sessions').whereIn('id', ids).update({ revoked_at: trx.fn.now() });
    await trx.commit();
    await Promise.all(calls);
    expect([...answers.values()].filter((code) => code === 'token_revoked')).toHaveLength(held);
  });

  it('a user whom somebody holds holds up the issue for them alone', async () => {
    await store.knex('users').insert({ id: 601, email: 'held@example.com' });
    const trx = await otherKnex.transaction();
    await trx('users').where({ id: 601 }).forUpdate();
    let isIssued = false;
    const held = issue({ userId: 601 }).then((token) => {
      isIssued = true;
      return token;
    });
    expect(await issueMany(20)).toHaveLength(20);
    expect(isIssued).toBe(false);
    await trx.commit();
    expect(await codeOf(sessions.redeem(await held, target))).toBe('won');
  });
});

describe('a bad member', () => {
  it.each([
    ['an id that is not of the type', { userId: 'abc' }],
    ['an id that is too large', { userId: '99999999999999999999' }],
    ['another spelling of an id', { userId: '0x0b' }],
    ['an unknown user', { userId: 4711 }],
    ['an unknown account', { accountId: 4711 }],
    ['an account that is not of the type', { accountId: 'acme' }],
  ])('of issue, %s, is refused, and its 50 neighbours are issued', async (_name, bad) => {
    const calls = Array.from({ length: 51 }, (_, index) => codeOf(issue(index === 25 ? bad : {})));
    const codes = await Promise.all(calls);
    expect(codes[25]).toBe('invalid_argument');
    expect(codes.filter((code) => code === 'won')).toHaveLength(50);
  });

  it('of redeem, for which a trigger of the host raises, fails by itself', async () => {
    await store.knex.raw(`
      CREATE FUNCTION refuse_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.user_agent = 'raise' THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse_elsewhere BEFORE UPDATE ON cross_app_sessions
      FOR EACH ROW EXECUTE FUNCTION refuse_elsewhere();`);
    const tokens = [...(await issueMany(20)), await issue({ userAgent: 'raise' }), ...(await issueMany(20))];
    const codes = await Promise.all(tokens.map((token) => codeOf(sessions.redeem(token, target))));
    expect(codes[20]).toBe('store_unavailable');
    expect(codes.filter((code) => code === 'won')).toHaveLength(40);
    await store.knex.raw(
      'DROP TRIGGER refuse_elsewhere ON cross_app_sessions; DROP FUNCTION refuse_elsewhere',
    );
  });
});

it('two processes with the same tokens in opposite orders have one winner each, and no deadlock', async () => {
  const deadlocks = async (): Promise<unknown> =>
    (await store.knex.raw('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')).rows;
  const other = createCrossAppSessions({ knex: otherKnex, appId: 'hi-events' });
  const before = await deadlocks();
  for (let round = 0; round < 5; round++) {
    const tokens = (await issueMany(200)).sort();
    const calls = tokens.flatMap((token, index) => [
      codeOf(sessions.redeem(token, target)),
      codeOf(other.redeem(tokens[199 - index] ?? '', target)),
    ]);
    const codes = await Promise.all(calls);
    expect(codes.filter((code) => code === 'won')).toHaveLength(200);
    expect(codes.filter((code) => code === 'token_used')).toHaveLength(200);
  }
  expect(await deadlocks()).toEqual(before);
});

it('a batch whose connection is cut is sent again, and each token is used once', async () => {
  const tokens = await issueMany(60);
  await store.knex.raw(`
    CREATE FUNCTION wait_for_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
    CREATE TRIGGER wait_for_gate AFTER UPDATE ON cross_app_sessions
    FOR EACH STATEMENT EXECUTE FUNCTION wait_for_gate();`);
  const gate = await otherKnex.transaction();
  await gate.raw('SELECT pg_advisory_xact_lock(4711)');
  const redeemed = tokens.map((token) => codeOf(sessions.redeem(token, target)));
  await untilWaiting(otherKnex, 1);
  await otherKnex.raw(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  await gate.commit();
  expect(await Promise.all(redeemed)).toEqual(tokens.map(() => 'won'));
  expect(await Promise.all(tokens.map((token) => codeOf(sessions.redeem(token, target))))).toEqual(
    tokens.map(() => 'token_used'),
  );
  await store.knex.raw('DROP TRIGGER wait_for_gate ON cross_app_sessions; DROP FUNCTION wait_for_gate');
});

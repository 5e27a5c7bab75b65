import { makeToken } from '@cross-app/protocol';
import type { DerivedSession, IssueRequest, RevokeFilter } from '@cross-app/protocol';
import { migrate, revokeInBatches } from '../../src/index.js';
import type { DatabaseSessions } from '../../src/index.js';
import { openTestStore, untilWaiting } from '../database.js';
import type { TestStore } from '../database.js';
import { openScratch } from '../partitioning/scratch.js';
import { derive } from '../revocations/derived.js';
import { createSessions } from '../sessions.js';

const target = { targetApp: 'hi-events' };

let store: TestStore;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
});
beforeEach(async () => {
  await store.knex('cross_app_sessions').delete();
  await store.knex('cross_app_revocations').delete();
});
afterAll(() => store.close());

const issue = async (more: Partial<IssueRequest> = {}): Promise<string> =>
  (await sessions.issue({ userId: store.userId, ...target, ...more })).token;

async function redeem(token: string, targetApp = 'hi-events'): Promise<DerivedSession> {
  return derive(token, await sessions.redeem(token, { targetApp }));
}

const signIn = async (more: Partial<IssueRequest> = {}): Promise<DerivedSession> =>
  redeem(await issue(more), more.targetApp);

const revocations = (): Promise<Record<string, unknown>[]> =>
  store.knex('cross_app_revocations').orderBy('created_at').select();

describe('revoke', () => {
  it('ends the sign-in that was made from the token, and no other', async () => {
    const token = await issue();
    const [ended, other] = [await redeem(token), await signIn()];
    expect(await sessions.isRevoked(ended)).toBe(false);
    await sessions.revoke(token);
    await sessions.revoke(token);
    expect(await sessions.isRevoked(ended)).toBe(true);
    expect(await sessions.isRevoked(other)).toBe(false);
    expect(await revocations()).toMatchObject([
      {
        token_hash: ended.tokenHash,
        target_app: 'hi-events',
        user_id: null,
        account_id: null,
        source_app: null,
      },
    ]);
  });

  it('ends it also where its target app dated it by a clock of its own, up to a day ahead', async () => {
    const token = await issue();
    const ended = await redeem(token);
    await sessions.revoke(token);
    const issuedAt = new Date(Date.now() + 86_000_000).toISOString();
    expect(await sessions.isRevoked({ ...ended, issuedAt })).toBe(true);
  });

  it('records nothing for a token that has made no sign-in, is of another, or is none', async () => {
    await sessions.revoke(await issue());
    const used = await issue();
    await redeem(used);
    await sessions.revoke(used, { userId: 12 });
    await sessions.revoke(used, { targetApp: 'other' });
    await sessions.revoke(makeToken({ randomBytes: new Uint8Array(32), expiresAtSeconds: 4_000_000_000 }));
    expect(await revocations()).toEqual([]);
  });

  it('that meets a redeem under way ends what it signs in, or refuses it', async () => {
    let signedIn = 0;
    for (let round = 0; round < 20; round++) {
      const token = await issue();
      const redeemed = redeem(token).catch(() => null);
      await sessions.revoke(token);
      const derived = await redeemed;
      expect(derived === null || (await sessions.isRevoked(derived))).toBe(true);
      if (derived !== null) signedIn += 1;
    }
    expect(await revocations()).toHaveLength(signedIn);
  });
});

const FILTERS: [name: string, filter: RevokeFilter, ended: string[]][] = [
  ['the user', { userId: 11 }, ['plain', 'account', 'other app']],
  ['the user as text', { userId: '11' }, ['plain', 'account', 'other app']],
  ['another user', { userId: 12 }, ['other user']],
  ['another spelling of the user', { userId: '0x0b' }, []],
  ['an id that is not of the column', { userId: 'ada' }, []],
  ['the account', { accountId: 77 }, ['account']],
  ['the target app', { targetApp: 'other' }, ['other app']],
  ['the source app', { sourceApp: 'tuvens' }, ['plain', 'account', 'other app', 'other user']],
  ['another source app', { sourceApp: 'hi-events' }, []],
  ['user and target', { userId: 11, targetApp: 'hi-events' }, ['plain', 'account']],
  ['before they were issued', { userId: 11, issuedBefore: new Date(0) }, []],
  [
    'a time to come',
    { issuedBefore: new Date('2999-01-01') },
    ['plain', 'account', 'other app', 'other user'],
  ],
  ['all', { all: true }, ['plain', 'account', 'other app', 'other user']],
];

describe.each([
  ['revokeAll', (filter: RevokeFilter): Promise<unknown> => sessions.revokeAll(filter)],
  [
    'revokeInBatches',
    (filter: RevokeFilter): Promise<unknown> => revokeInBatches(store.knex, filter, { batchSize: 20 }),
  ],
])('%s', (_name, revokeAll) => {
  describe.each([
    ['of rows that are there', false],
    ['of rows that are gone', true],
  ])('%s', (_rows, isGone) => {
    it.each(FILTERS)('by %s ends the sign-ins of those and no others', async (_by, filter, ended) => {
      const derived = {
        plain: await signIn(),
        account: await signIn({ accountId: 77 }),
        'other app': await signIn({ targetApp: 'other' }),
        'other user': await signIn({ userId: 12 }),
      };
      if (isGone) await store.knex('cross_app_sessions').delete();
      await revokeAll(filter);
      const found: string[] = [];
      for (const [name, one] of Object.entries(derived)) if (await sessions.isRevoked(one)) found.push(name);
      expect(found).toEqual(ended);
    });
  });

  it('records one revocation, however many rows there are', async () => {
    for (let n = 0; n < 5; n++) await signIn();
    await revokeAll({ userId: 11, targetApp: 'hi-events' });
    expect(await revocations()).toMatchObject([
      {
        user_id: '11',
        target_app: 'hi-events',
        token_hash: null,
        account_id: null,
        source_app: null,
        delivered_to: [],
      },
    ]);
  });

  it('by all records one that says nothing but when', async () => {
    await revokeAll({ all: true });
    expect(await revocations()).toMatchObject([
      { user_id: null, target_app: null, token_hash: null, account_id: null, source_app: null },
    ]);
  });

  it('leaves what is issued afterwards alone, also with an instant in the future', async () => {
    await revokeAll({ all: true, issuedBefore: new Date('2999-01-01') });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await sessions.isRevoked(await signIn())).toBe(false);
  });

  it.each([
    ['the instant itself', '2026-05-01T12:00:00.123Z', false],
    ['a microsecond earlier', '2026-05-01T12:00:00.122999Z', true],
    ['a microsecond later', '2026-05-01T12:00:00.123001Z', false],
  ])('before an instant spares that instant: issued %s', async (_name, createdAt, isEnded) => {
    const token = await issue();
    await store.knex('cross_app_sessions').update({ created_at: createdAt });
    const derived = await redeem(token);
    await revokeAll({ issuedBefore: new Date('2026-05-01T12:00:00.123Z') });
    expect(await sessions.isRevoked(derived)).toBe(isEnded);
    const [row] = await store.knex('cross_app_sessions').select('revoked_at');
    expect(row?.revoked_at !== null).toBe(isEnded);
  });

  it('against 50 redeems: each sign-in that was made is ended', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => issue()));
    const redeems = tokens.map((token) => redeem(token).catch(() => null));
    const revoked = revokeAll({ userId: 11 });
    const derived = (await Promise.all(redeems)).flatMap((one) => one ?? []);
    await revoked;
    for (const one of derived) expect(await sessions.isRevoked(one)).toBe(true);
  });

  it('ends what was made from each row that it revokes, also from one issued while it ran', async () => {
    const issueSome = async (): Promise<void> => {
      for (let n = 0; n < 40; n++) await signIn().catch(() => null);
    };
    const state = { isDone: false };
    const issued = Promise.all([issueSome(), issueSome(), issueSome()]).finally(() => {
      state.isDone = true;
    });
    while (!state.isDone) await revokeAll({ all: true });
    await issued;
    const rows = await store
      .knex('cross_app_sessions')
      .whereNotNull('revoked_at')
      .whereNotNull('used_at')
      .select();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const issuedAt = (row.created_at as Date).toISOString();
      const derived = {
        tokenHash: row.token_hash as string,
        userId: '11',
        accountId: null,
        sourceApp: 'tuvens',
        ...target,
        issuedAt,
      };
      expect(await sessions.isRevoked(derived)).toBe(true);
    }
  });
});

it('a row issued after the statement began, and seen by it, is within the recorded revocation', async () => {
  const token = await issue();
  await store
    .knex('cross_app_sessions')
    .update({ created_at: store.knex.raw("now() + interval '3 seconds'") });
  const derived = await redeem(token);
  await sessions.revokeAll({ userId: 11 });
  expect(await sessions.isRevoked(derived)).toBe(true);
});

it('a revocation that cannot be recorded revokes nothing', async () => {
  const token = await issue();
  await redeem(token);
  await store.knex.raw('ALTER TABLE cross_app_revocations ADD CONSTRAINT refuse CHECK (false) NOT VALID');
  try {
    await expect(sessions.revoke(token)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(sessions.revokeAll({ all: true })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await store.knex('cross_app_sessions').pluck('revoked_at')).toEqual([null]);
  } finally {
    await store.knex.raw('ALTER TABLE cross_app_revocations DROP CONSTRAINT refuse');
  }
});

it('is not to be had before the revocation is over: both are there, or neither', async () => {
  const token = await issue();
  const derived = await redeem(token);
  const blocker = await store.knex.transaction();
  await blocker.raw('SELECT FROM cross_app_sessions FOR UPDATE');
  const revoked = sessions.revoke(token);
  await untilWaiting(store.knex, 1);
  expect(await sessions.isRevoked(derived)).toBe(false);
  await blocker.rollback();
  await revoked;
  expect(await sessions.isRevoked(derived)).toBe(true);
});

it('records an id as its column writes it', async () => {
  const scratch = await openScratch();
  const id = 'aabbccdd-0000-4000-8000-00000000000a';
  await scratch.knex.raw('CREATE TABLE users (id uuid PRIMARY KEY, email text, name text)');
  await scratch.knex('users').insert({ id, email: 'ada@example.com' });
  await migrate(scratch.knex, { userIdType: 'uuid', tables: { accounts: null } });
  const uuids = createSessions({ knex: scratch.knex, appId: 'tuvens', tables: { accounts: null } });
  const { token } = await uuids.issue({ userId: id, ...target });
  const derived = derive(token, await uuids.redeem(token, target));
  expect(await uuids.revokeAll({ userId: id.toUpperCase() })).toBe(1);
  expect(await uuids.isRevoked(derived)).toBe(true);
  expect(await scratch.knex('cross_app_revocations').pluck('user_id')).toEqual([id]);
  await scratch.close();
});

describe('before the migration', () => {
  beforeEach(() => store.knex.raw('ALTER TABLE cross_app_revocations RENAME TO hidden'));
  afterEach(async () => {
    if (await store.knex.schema.hasTable('hidden'))
      await store.knex.raw('ALTER TABLE hidden RENAME TO cross_app_revocations');
  });

  it('revokes as before, and knows of no sign-in whether it has ended', async () => {
    const fresh = createSessions({ knex: store.knex, appId: 'tuvens' });
    const [token, another] = [await issue(), await issue()];
    const derived = await redeem(token);
    await fresh.revoke(token);
    await expect(fresh.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
    expect(await revokeInBatches(store.knex, { userId: 12 })).toMatchObject({ outcome: 'done' });
    expect(await fresh.revokeAll({ userId: 11 })).toBe(1);
    await expect(fresh.redeem(another, target)).rejects.toMatchObject({ code: 'token_revoked' });
    for (const ask of [() => fresh.isRevoked(derived), () => fresh.outbox.claim('hi-events', 1)]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: {
          name: 'TypeError',
          message: expect.stringMatching(/cross_app_revocations.*run the migrations/) as string,
        },
      });
    }
  });

  it('finds the table as soon as it is there, and does without again when it is taken back', async () => {
    const fresh = createSessions({ knex: store.knex, appId: 'tuvens' });
    const derived = await signIn();
    await expect(fresh.isRevoked(derived)).rejects.toMatchObject({ code: 'store_unavailable' });
    await store.knex.raw('ALTER TABLE hidden RENAME TO cross_app_revocations');
    await fresh.revokeAll({ userId: 11 });
    expect(await fresh.isRevoked(derived)).toBe(true);
    await store.knex.raw('ALTER TABLE cross_app_revocations RENAME TO hidden');
    await expect(fresh.revokeAll({ userId: 11 })).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(fresh.revokeAll({ userId: 11 })).resolves.toBe(0);
  });
});

it('refuses to judge a sign-in that does not say when it was issued', async () => {
  const derived = { ...(await signIn()), issuedAt: 'yesterday' };
  await expect(sessions.isRevoked(derived)).rejects.toMatchObject({ code: 'invalid_argument' });
});

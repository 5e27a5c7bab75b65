import { makeToken } from '@cross-app/protocol';
import { migrate } from '../../src/index.js';
import type { DatabaseSessions, RevokedEvent } from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { openScratch } from '../partitioning/scratch.js';
import { createSessions } from '../sessions.js';

let store: TestStore;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
});
beforeEach(() => store.knex('cross_app_sessions').delete());
afterAll(() => store.close());

const target = { targetApp: 'hi-events' };
const issue = (more: object = {}): ReturnType<DatabaseSessions['issue']> =>
  sessions.issue({ userId: store.userId, ...target, ...more });

describe('revoke', () => {
  it('makes a token unusable, used or not, and says so once', async () => {
    const events: RevokedEvent[] = [];
    const listener = (event: RevokedEvent): void => void events.push(event);
    sessions.on('revoked', listener);
    const { token, session } = await issue();
    await sessions.revoke(token);
    await sessions.revoke(token);
    sessions.off('revoked', listener);
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
    expect(events).toEqual([{ type: 'revoked', sessionIds: [session.id] }]);
  });

  it('resolves for a token that is unknown or none at all (RFC 7009)', async () => {
    const unknown = makeToken({ randomBytes: new Uint8Array(32), expiresAtSeconds: 4_000_000_000 });
    await expect(sessions.revoke(unknown)).resolves.toBeUndefined();
    await expect(sessions.revoke('no token')).resolves.toBeUndefined();
  });

  it.each([
    ['another user', { userId: 12 }],
    ['another spelling of the user', { userId: '0x0b' }],
    ['an id that is not of the column', { userId: 'ada' }],
    ['another app', { targetApp: 'other' }],
    ['the user at another app', { userId: 11, targetApp: 'other' }],
  ])('leaves a token alone that is not of %s', async (_whose, scope) => {
    const { token } = await issue();
    await expect(sessions.revoke(token, scope)).resolves.toBeUndefined();
    await expect(sessions.redeem(token, target)).resolves.toBeDefined();
  });

  it('revokes a token within the scope, and refuses a scope that nobody reads', async () => {
    const { token } = await issue();
    for (const scope of [{ user: 12 }, { userId: null }, { targetApp: '' }, null, 12] as object[]) {
      await expect(sessions.revoke(token, scope)).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    await expect(sessions.inspect(token, target)).resolves.toBeDefined();
    await sessions.revoke(token, { userId: 11, ...target });
    await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
  });
});

it('tells users apart whose ids differ only in case, where ids are text', async () => {
  const scratch = await openScratch();
  await scratch.knex.raw('CREATE TABLE users (id text PRIMARY KEY, email text, name text)');
  await scratch.knex.raw('CREATE TABLE accounts (id integer PRIMARY KEY, name text, slug text)');
  await scratch.knex('users').insert({ id: 'Ada', email: 'ada@example.com' });
  await migrate(scratch.knex, { userIdType: 'text' });
  const texts = createSessions({ knex: scratch.knex, appId: 'tuvens' });
  const { token } = await texts.issue({ userId: 'Ada', ...target });
  await texts.revoke(token, { userId: 'ada' });
  await expect(texts.inspect(token, target)).resolves.toBeDefined();
  await texts.revoke(token, { userId: 'Ada' });
  await expect(texts.inspect(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
  await scratch.close();
});

describe('revokeAll', () => {
  it.each([
    ['the user', { userId: 11 }, 3],
    ['the user as text', { userId: '11' }, 3],
    ['another user', { userId: 12 }, 1],
    ['nobody', { userId: 4711 }, 0],
    ['another spelling of the user', { userId: '0x0b' }, 0],
    ['an id that is not of the column', { userId: 'ada' }, 0],
    ['the account', { accountId: 77 }, 1],
    ['the target app', { targetApp: 'other' }, 1],
    ['the source app', { sourceApp: 'tuvens' }, 4],
    ['another source app', { sourceApp: 'hi-events' }, 0],
    ['user and target', { userId: 11, targetApp: 'hi-events' }, 2],
    ['before they were issued', { userId: 11, issuedBefore: new Date(0) }, 0],
    ['before now', { userId: 11, issuedBefore: new Date(Date.now() + 60_000) }, 3],
    ['all', { all: true as const }, 4],
  ])('by %s revokes those and no others', async (_name, filter, count) => {
    await issue();
    await issue({ accountId: 77 });
    await issue({ targetApp: 'other' });
    await issue({ userId: 12 });
    expect(await sessions.revokeAll(filter)).toBe(count);
    expect(await sessions.revokeAll(filter)).toBe(0);
    const [row] = await store.knex('cross_app_sessions').whereNotNull('revoked_at').count('* as n');
    expect(Number(row?.['n'])).toBe(count);
  });

  it.each<[object]>([
    [{}],
    [{ userid: 11 }],
    [{ all: false }],
    [{ userId: 11, issuedBefore: new Date(Number.NaN) }],
    [{ targetApp: '' }],
  ])('refuses %j and revokes nothing', async (filter) => {
    await issue();
    await expect(sessions.revokeAll(filter)).rejects.toMatchObject({ code: 'invalid_argument' });
    const [row] = await store.knex('cross_app_sessions').whereNotNull('revoked_at').count('* as n');
    expect(Number(row?.['n'])).toBe(0);
  });

  it('from two sides at once, with redeems between, neither deadlocks nor leaves one out', async () => {
    const issued = await Promise.all(Array.from({ length: 60 }, () => issue()));
    const redeems = issued.map(({ token }) => sessions.redeem(token, target));
    const revokes = [{ userId: 11 }, { ...target }, { all: true as const }].map((filter) =>
      sessions.revokeAll(filter),
    );
    const refusals = (await Promise.allSettled(redeems)).filter((outcome) => outcome.status === 'rejected');
    const total = (await Promise.all(revokes)).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(60);
    const codes = refusals.map(({ reason }) => (reason as { code: string }).code);
    expect(codes.filter((code) => code !== 'token_revoked')).toEqual([]);
  });
});

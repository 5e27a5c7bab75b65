import { createHash } from 'node:crypto';
import type { DatabaseSessions, IssuedEvent, JsonValue } from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { createSessions } from '../sessions.js';

let store: TestStore;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
});
afterAll(() => store.close());

const issue = (more: object = {}): ReturnType<DatabaseSessions['issue']> =>
  sessions.issue({ userId: store.userId, targetApp: 'hi-events', ...more });
const rowOf = (id: string): Promise<Record<string, unknown>> =>
  store.knex('cross_app_sessions').where({ id }).first();

describe('issue', () => {
  it('stores the hash of the token and everything it was told', async () => {
    const { token, session } = await issue({
      accountId: String(store.accountId),
      permissions: ['a', 'b'],
      payload: { nested: [1, null, 'x'] },
      userAgent: 'Mozilla/5.0',
      ipAddress: '203.0.113.9',
    });
    expect(token).toMatch(/^handoff_[\w-]{56}$/);
    expect(await rowOf(session.id)).toMatchObject({
      token_hash: createHash('sha256').update(token).digest('hex'),
      user_id: 11,
      account_id: 77,
      source_app: 'tuvens',
      target_app: 'hi-events',
      permissions: ['a', 'b'],
      payload: { nested: [1, null, 'x'] },
      user_agent: 'Mozilla/5.0',
      ip_address: '203.0.113.9',
      used_at: null,
      revoked_at: null,
    });
  });

  it('gives every token a life of ttlSeconds, 900 if nobody says', async () => {
    const lifeOf = async (more: object): Promise<number> => {
      const { session } = await issue(more);
      return (session.expiresAt.getTime() - session.createdAt.getTime()) / 1000;
    };
    expect(Math.abs((await lifeOf({})) - 900)).toBeLessThan(2);
    expect(Math.abs((await lifeOf({ ttlSeconds: 60 })) - 60)).toBeLessThan(2);
  });

  it('tells the listeners once it is stored, and a listener that throws harms nobody', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const seen: IssuedEvent[] = [];
    const listener = (event: IssuedEvent): never => {
      seen.push(event);
      throw new TypeError('listener');
    };
    sessions.on('issued', listener);
    const { session } = await issue();
    sessions.off('issued', listener);
    await issue();
    expect(seen).toEqual([{ type: 'issued', session }]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('issued'), 'CrossAppListenerWarning']]);
    warn.mockRestore();
  });

  it.each([
    ['a user who does not exist', { userId: 4711 }],
    ['an id that is not of the column', { userId: 'ada' }],
    ['an id that is too large for the column', { userId: '99999999999999999999' }],
    ['another spelling of a number', { userId: '0x0b' }],
    ['a number with an underscore', { userId: '1_1' }],
    ['a number with a sign', { userId: '+11' }],
    ['a number with blanks', { userId: ' 11' }],
    ['zero', { userId: 0 }],
    ['a fraction', { userId: 11.5 }],
    ['an unsafe number', { userId: 2 ** 53 + 2 }],
    ['an array', { userId: [11] }],
    ['nobody', { userId: undefined }],
    ['an account that does not exist', { accountId: 4711 }],
    ['another spelling of an account', { accountId: '0x4d' }],
    ['an empty target', { targetApp: '' }],
    ['a target with blanks', { targetApp: 'hi events' }],
    ['a target that is too long', { targetApp: 'x'.repeat(51) }],
    ['no life', { ttlSeconds: 0 }],
    ['too long a life', { ttlSeconds: 901 }],
    ['half a second', { ttlSeconds: 0.5 }],
    ['a plain challenge', { codeChallenge: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXkk' }],
    ['a challenge of another spelling', { codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN' }],
    ['permissions that are no list', { permissions: 'admin' }],
    ['too many permissions', { permissions: Array.from({ length: 101 }, String) }],
    ['a payload that is too large', { payload: 'x'.repeat(8192) }],
    ['a payload with NUL', { payload: { a: 'x\0' } }],
    ['a payload with half a character', { payload: ['\ud800'] }],
    ['a payload that is no JSON', { payload: (): void => undefined }],
    ['a user agent that is no text', { userAgent: { a: 1 } }],
  ])('refuses %s with invalid_argument, and stores nothing', async (_name, bad) => {
    const count = async (): Promise<unknown> =>
      (await store.knex('cross_app_sessions').count('* as n'))[0]?.['n'];
    const before = await count();
    await expect(issue(bad)).rejects.toMatchObject({ code: 'invalid_argument', status: 400 });
    expect(await count()).toBe(before);
  });

  it('refuses a payload that is nested deeper than the stack, or goes in circles', async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    await expect(issue({ payload: circle })).rejects.toMatchObject({ code: 'invalid_argument' });
    let deep: JsonValue = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    await expect(issue({ payload: deep })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it.each([
    ['Mozilla/5.0', 'Mozilla/5.0'],
    ['', null],
    ['A'.repeat(513), 'A'.repeat(512)],
    [`${'A'.repeat(511)}😀`, 'A'.repeat(511)],
    ['a\0b\nc', 'a b c'],
    [`curl handoff_${'A'.repeat(56)}`, 'curl handoff_[redacted]'],
    ["'); DROP TABLE cross_app_sessions;--", "'); DROP TABLE cross_app_sessions;--"],
  ])('keeps the user agent %j as %j', async (userAgent, kept) => {
    const { session } = await issue({ userAgent });
    expect((await rowOf(session.id))['user_agent']).toBe(kept);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['fe80::1%eth0', null],
    ['[2001:db8::1]:443', null],
    ['127.1', null],
    ['010.1.1.1', null],
    ['1.2.3.4/8', null],
    ['203.0.113.256', null],
    ['unknown', null],
    ['', null],
    ['203.0.113.9\0', null],
    ['1'.repeat(10_000), null],
  ])('keeps the address %j as %j', async (ipAddress, kept) => {
    const { session } = await issue({ ipAddress });
    expect((await rowOf(session.id))['ip_address']).toBe(kept);
  });

  it('reads back the largest bigint id exactly', async () => {
    const source = store.knex;
    await source.raw('ALTER TABLE cross_app_sessions ALTER COLUMN user_id TYPE bigint');
    await source.raw('ALTER TABLE users ALTER COLUMN id TYPE bigint');
    await source('users').insert({ id: '9223372036854775807', email: 'big@example.com' });
    const { token } = await issue({ userId: 9223372036854775807n });
    const { user } = await sessions.redeem(token, { targetApp: 'hi-events' });
    expect(user.id).toBe('9223372036854775807');
  });
});

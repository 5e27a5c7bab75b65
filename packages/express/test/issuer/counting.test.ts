import { createHash } from 'node:crypto';
import request from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppRequest } from '../../src/index.js';
import type { Limits } from '../../src/issuer/limits/limits.js';
import {
  ACCOUNTS,
  APP,
  createSourceApp,
  generate,
  GENERATE,
  INSPECT,
  issuerOptions,
  listAccounts,
  PERMISSION,
  post,
  REVOKE,
  REVOKE_MANY,
  SIGNED_IN,
  validate,
  VALIDATE,
} from '../issuer-app.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

// What is asked here is which call counts against which key, and when: the counting itself is in limits.test.ts.
const mockCounted: [limit: string, key: string][] = [];
let mockFull: string | undefined;
jest.mock('../../src/issuer/limits/limits.js', () => {
  const limit = (name: string) => (_req: CrossAppRequest, _res: unknown, key: string) => {
    mockCounted.push([name, key]);
    return name === mockFull ? Promise.reject(new CrossAppError('rate_limited')) : Promise.resolve();
  };
  const names = ['generate', 'validate', 'accounts', 'permission', 'credentials'];
  return {
    ...jest.requireActual<object>('../../src/issuer/limits/limits.js'),
    resolveLimits: () => Object.fromEntries(names.map((name) => [name, limit(name)])) as unknown as Limits,
  };
});

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  mockCounted.length = 0;
  mockFull = undefined;
});
afterAll(() => store.close());

const createApp = () => createSourceApp(issuerOptions(store.sessions));
const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const WRONG = { 'x-shared-secret': 'x'.repeat(32) };

describe('a call', () => {
  it('of generate-session counts for its user', async () => {
    await generate(createApp()).expect(200);
    expect(mockCounted).toEqual([['generate', '1']]);
  });

  it.each([VALIDATE, INSPECT, REVOKE, REVOKE_MANY])('of %s counts for its app', async (path) => {
    await post(createApp(), path, { body: { session_token: await store.issueToken(), all: true } });
    expect(mockCounted).toEqual([['validate', TARGET_APP]]);
  });

  it('of revoke-session by a user counts for the user', async () => {
    await post(createApp(), REVOKE, { caller: SIGNED_IN, body: { session_token: 'x' } }).expect(204);
    expect(mockCounted).toEqual([['validate', 'user 1']]);
  });

  it('of user-accounts and validate-permission counts for the hash of its token', async () => {
    const token = await store.redeemedToken();
    await listAccounts(createApp(), token).expect(200);
    const body = { session_token: token, permission: 'events:create' };
    await post(createApp(), PERMISSION, { body }).expect(200);
    expect(mockCounted).toEqual([
      ['accounts', sha256(token)],
      ['permission', sha256(token)],
    ]);
  });

  it.each([
    ['generate', GENERATE, SIGNED_IN],
    ['validate', VALIDATE, APP],
    ['validate', INSPECT, APP],
    ['validate', REVOKE, APP],
    ['validate', REVOKE, SIGNED_IN],
    ['validate', REVOKE_MANY, APP],
    ['permission', PERMISSION, APP],
  ])('beyond the limit %s of %s is 429, without a query', async (limit, path, caller) => {
    mockFull = limit;
    const body = { session_token: await store.issueToken(), permission: 'x', all: true };
    const queries = await store.countQueries(async () => {
      const reply = await post(createApp(), path, { body, caller }).expect(429);
      expect(reply.body).toMatchObject({ statusCode: 429, path, origin: { code: 'rate_limited' } });
    });
    expect(queries).toBe(0);
  });

  it('of user-accounts beyond its limit is 429, without a query', async () => {
    mockFull = 'accounts';
    const token = await store.redeemedToken();
    const queries = await store.countQueries(() => listAccounts(createApp(), token).expect(429));
    expect(queries).toBe(0);
  });
});

describe('wrong credentials', () => {
  const calls = [
    [GENERATE, {}, 'user_unauthenticated'],
    [REVOKE, {}, 'user_unauthenticated'],
    ...[VALIDATE, INSPECT, PERMISSION, REVOKE, REVOKE_MANY].map(
      (path) => [path, WRONG, 'client_unauthenticated'] as const,
    ),
  ] as const;

  it.each(calls)('on %s with %j count for the address, and for nothing else', async (path, caller, code) => {
    const { body } = await post(createApp(), path, { caller }).expect(401);
    expect(body).toMatchObject({ origin: { code } });
    expect(mockCounted).toEqual([['credentials', expect.stringContaining('127.0.0.1')]]);
  });

  it.each(calls)('on %s with %j are 429 when there were too many', async (path, caller) => {
    mockFull = 'credentials';
    const { body } = await post(createApp(), path, { caller }).expect(429);
    expect(body).toMatchObject({ origin: { code: 'rate_limited' } });
  });

  it('on user-accounts are counted too, and then 429', async () => {
    await request(createApp()).get(ACCOUNTS).set(WRONG).expect(401);
    expect(mockCounted).toEqual([['credentials', expect.stringContaining('127.0.0.1')]]);
    mockFull = 'credentials';
    await request(createApp()).get(ACCOUNTS).set(WRONG).expect(429);
  });

  it.each([
    ['no address', '<script>', '127.0.0.1'],
    ['a long text', '1'.repeat(9000), '127.0.0.1'],
    ['an address', '198.51.100.7', '198.51.100.7'],
    ['an IPv6 address', '2001:db8::1', '2001:db8::'],
    ['a zone after it', `2001:db8::1%${'x'.repeat(9000)}`, '2001:db8::'],
  ])('behind a proxy that forwards %s count for an address all the same', async (_, forwarded, address) => {
    const app = createApp().set('trust proxy', 1);
    await post(app, VALIDATE, { caller: { ...WRONG, 'X-Forwarded-For': forwarded } }).expect(401);
    expect(mockCounted).toEqual([['credentials', expect.stringContaining(address)]]);
    expect(mockCounted[0]?.[1]?.length).toBeLessThan(50);
  });

  it('in a flood leave right ones from the same address unaffected', async () => {
    mockFull = 'credentials';
    await validate(createApp(), {}, 'x'.repeat(32)).expect(429);
    await validate(createApp(), { session_token: await store.issueToken() }).expect(200);
    await generate(createApp()).expect(200);
    expect(mockCounted.map(([limit]) => limit)).toEqual(['credentials', 'validate', 'generate']);
  });

  it('are no refused token, no wrong method and no bad field', async () => {
    await validate(createApp(), { session_token: await store.redeemedToken() }).expect(404);
    await validate(createApp(), {}).expect(400);
    await request(createApp()).get(VALIDATE).expect(405);
    expect(mockCounted.map(([limit]) => limit)).toEqual(['validate', 'validate']);
  });
});

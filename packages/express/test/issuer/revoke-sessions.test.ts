import type { RevokeFilter } from '@cross-app/protocol';
import {
  createSourceApp,
  issuerOptions,
  OTHER_APP,
  OTHER_SECRET,
  post,
  REVOKE_MANY,
  SIGNED_IN,
  validate,
} from '../issuer-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => store.knex('cross_app_sessions').del());
afterAll(() => store.close());

const createApp = () => createSourceApp(issuerOptions(store.sessions));
const revoke = (body: unknown) => post(createApp(), REVOKE_MANY, { body });

describe('revoke-sessions', () => {
  it.each([
    ['user', { user_id: ADA.id }],
    ['account', { account_id: ACME.id }],
    ['source app', { source_app: 'tuvens' }],
    ['instant', { issued_before: '2100-01-01T00:00:00Z' }],
    ['word', { all: true }],
    ['everything', { user_id: ADA.id, account_id: ACME.id, source_app: 'tuvens' }],
  ])('revokes by %s, and says how many', async (_, filter) => {
    const tokens = [await store.issueToken(), await store.issueToken()];
    const { body, headers } = await revoke(filter).expect(200);
    expect(body).toEqual({ revoked: 2 });
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    for (const token of tokens) await validate(createApp(), { session_token: token }).expect(404);
    expect((await revoke(filter).expect(200)).body).toEqual({ revoked: 0 });
  });

  it.each([
    [{ user_id: '2' }],
    [{ account_id: '8' }],
    [{ source_app: 'other' }],
    [{ issued_before: '2000-01-01T00:00:00Z' }],
    [{ user_id: ADA.id, account_id: '8' }],
  ])('leaves what does not match everything in %j', async (filter) => {
    const token = await store.issueToken();
    expect((await revoke(filter).expect(200)).body).toEqual({ revoked: 0 });
    await validate(createApp(), { session_token: token }).expect(200);
  });

  it('reaches tokens for the calling app only, whatever the body names', async () => {
    const token = await store.issueToken();
    const other = await store.issueToken({ targetApp: OTHER_APP });
    const caller = { 'x-shared-secret': OTHER_SECRET };
    const body = { all: true, target_app: TARGET_APP };
    const reply = await post(createApp(), REVOKE_MANY, { caller, body }).expect(200);
    expect(reply.body).toEqual({ revoked: 1 });
    await validate(createApp(), { session_token: token }).expect(200);
    await validate(createApp(), { session_token: other }, OTHER_SECRET).expect(404);
  });
});

describe('revoke-sessions, refusing', () => {
  it('answers 401 to no secret, a wrong one and a user, and revokes nothing', async () => {
    const token = await store.issueToken();
    for (const caller of [{}, { 'x-shared-secret': 'x'.repeat(32) }, SIGNED_IN]) {
      const { body } = await post(createApp(), REVOKE_MANY, { caller, body: { all: true } }).expect(401);
      expect(body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
    }
    await validate(createApp(), { session_token: token }).expect(200);
  });

  it.each([
    [{}],
    [{ all: false }],
    [{ all: 'true' }],
    [{ all: 1 }],
    [{ userId: ADA.id }],
    [{ target_app: TARGET_APP }],
    [{ user_id: [ADA.id] }],
    [{ issued_before: 'yesterday' }],
    [[]],
    [null],
  ])('answers 400 to %j and revokes nothing', async (body) => {
    const token = await store.issueToken();
    const reply = await revoke(body).expect(400);
    expect(reply.body).toMatchObject({ statusCode: 400, origin: { code: 'invalid_argument' } });
    await validate(createApp(), { session_token: token }).expect(200);
  });

  it('answers 503 when no answer can be had', async () => {
    const revokeAll = (filter: RevokeFilter) => Promise.reject(new Error(JSON.stringify(filter)));
    const app = createSourceApp(issuerOptions({ ...store.sessions, revokeAll }));
    const { body } = await post(app, REVOKE_MANY, { body: { all: true } }).expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
  });
});

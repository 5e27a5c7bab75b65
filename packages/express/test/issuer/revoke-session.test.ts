import {
  APP,
  createSourceApp,
  issuerOptions,
  OTHER_SECRET,
  post,
  REVOKE,
  SIGNED_IN,
  validate,
} from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = (hooks: object = {}) => createSourceApp(issuerOptions(store.sessions, hooks));
const revoke = (token: unknown, caller: Record<string, string> = APP) =>
  post(createApp(), REVOKE, { body: { session_token: token }, caller });

describe('revoke-session', () => {
  it.each([
    ['the app that it is for', APP],
    ['its user', SIGNED_IN],
  ])('makes a token unusable for %s, and answers 204 without a body', async (_, caller) => {
    const token = await store.issueToken();
    const { text, headers } = await revoke(token, caller).expect(204);
    expect(text).toBe('');
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(headers).not.toHaveProperty('content-type');
    await validate(createApp(), { session_token: token }).expect(404);
  });

  it('ends a redeemed token too', async () => {
    const redemptionId = '0b5e6a7c-1111-4222-8333-944455556666';
    const call = { session_token: await store.issueToken(), redemption_id: redemptionId };
    await validate(createApp(), call).expect(200);
    await revoke(call.session_token).expect(204);
    const { body } = await validate(createApp(), call).expect(404);
    expect(body).toMatchObject({ valid: false });
  });

  it.each([
    ['another app', { 'x-shared-secret': OTHER_SECRET }, { id: 1 }],
    ['another user', SIGNED_IN, { id: 2 }],
  ])('answers %s the same, and leaves the token usable', async (_, caller, user) => {
    const token = await store.issueToken();
    const app = createApp({ authenticate: () => user });
    await post(app, REVOKE, { body: { session_token: token }, caller }).expect(204);
    const { body } = await validate(createApp(), { session_token: token }).expect(200);
    expect(body).toMatchObject({ valid: true });
  });

  it('answers 204 to tokens that were never issued or are revoked already', async () => {
    const unknown = await store.issueToken();
    await store.knex('cross_app_sessions').del();
    const revoked = await store.issueToken();
    await store.sessions.revoke(revoked);
    for (const token of [unknown, revoked, '', 'handoff_x', 'A'.repeat(8000)]) {
      const { text } = await revoke(token).expect(204);
      expect(text).toBe('');
    }
  });

  it('goes by the app when a user is signed in as well', async () => {
    const token = await store.issueToken();
    await revoke(token, { ...SIGNED_IN, 'x-shared-secret': OTHER_SECRET }).expect(204);
    const { body } = await validate(createApp(), { session_token: token }).expect(200);
    expect(body).toMatchObject({ valid: true });
  });
});

describe('revoke-session, refusing', () => {
  it('answers 401 to nobody, and to a wrong secret even beside a sign-in', async () => {
    const token = await store.issueToken();
    const nobody = await revoke(token, {}).expect(401);
    expect(nobody.body).toMatchObject({ origin: { code: 'user_unauthenticated' } });
    const wrong = await revoke(token, { ...SIGNED_IN, 'x-shared-secret': 'x'.repeat(32) }).expect(401);
    expect(wrong.body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
    await validate(createApp(), { session_token: token }).expect(200);
  });

  it.each([
    ['no token', undefined, 'token_missing'],
    ['null', null, 'token_malformed'],
    ['a number', 5, 'token_malformed'],
    ['a list', ['x'], 'token_malformed'],
  ])('answers 400 to %s', async (_, token, code) => {
    const { body } = await revoke(token).expect(400);
    expect(body).toMatchObject({ statusCode: 400, origin: { code } });
  });

  it('answers 503 when authenticate throws or no answer can be had', async () => {
    const authenticate = () => {
      throw new Error('no database');
    };
    const call = { body: { session_token: 'x' }, caller: SIGNED_IN };
    await post(createApp({ authenticate }), REVOKE, call).expect(503);
    const sessions = { ...store.sessions, revoke: () => Promise.reject(new Error('no database')) };
    const { body } = await post(createSourceApp(issuerOptions(sessions)), REVOKE, call).expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
  });
});

import { randomUUID } from 'node:crypto';
import {
  createSourceApp,
  INSPECT,
  issuerOptions,
  OTHER_SECRET,
  post,
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

const createApp = () => createSourceApp(issuerOptions(store.sessions));
const inspect = (body: object) => post(createApp(), INSPECT, { body });
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

describe('inspect-session', () => {
  it('answers as validate-session will, and uses nothing up', async () => {
    const token = await store.issueToken({ permissions: ['events:write'], payload: { event: 'gala' } });
    await inspect({ session_token: token }).expect(200);
    const inspected = await inspect({ session_token: token }).expect(200);
    expect(inspected.headers).toMatchObject({ 'cache-control': 'no-store' });
    const validated = await validate(createApp(), { session_token: token }).expect(200);
    expect(inspected.body).toEqual(validated.body);
  });

  it('wants the verifier of a bound token', async () => {
    const token = await store.issueToken({ codeChallenge: CHALLENGE });
    await inspect({ session_token: token }).expect(404);
    const { body } = await inspect({ session_token: token, code_verifier: VERIFIER }).expect(200);
    expect(body).toMatchObject({ valid: true });
  });

  it('answers of a used token by its redemption_id, or to redeemed: true without any proof', async () => {
    const call = {
      session_token: await store.issueToken({ codeChallenge: CHALLENGE }),
      redemption_id: randomUUID(),
      code_verifier: VERIFIER,
    };
    const redeemed = { session_token: call.session_token, redeemed: true };
    await inspect(redeemed).expect(404);
    const { body } = await validate(createApp(), call).expect(200);
    expect((await inspect(call).expect(200)).body).toEqual(body);
    expect((await inspect(redeemed).expect(200)).body).toEqual(body);
    await inspect({ ...redeemed, redeemed: false }).expect(404);
    await inspect({ ...call, redemption_id: randomUUID() }).expect(404);
  });
});

describe('inspect-session, refusing', () => {
  it('answers 401 to no secret, a wrong one and a user, whatever the body', async () => {
    for (const caller of [{}, { 'x-shared-secret': 'x'.repeat(32) }, SIGNED_IN]) {
      const { body } = await post(createApp(), INSPECT, { caller, body: [] }).expect(401);
      expect(body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
    }
  });

  it('answers 404 for a token of another app, a revoked and an expired one', async () => {
    const token = await store.issueToken();
    const caller = { 'x-shared-secret': OTHER_SECRET };
    const { body } = await post(createApp(), INSPECT, { caller, body: { session_token: token } }).expect(404);
    expect(body).toMatchObject({ valid: false, origin: { code: 'invalid_token' } });
    await store.sessions.revoke(token);
    for (const refused of [token, await store.expiredToken()]) {
      await inspect({ session_token: refused }).expect(404);
      await inspect({ session_token: refused, redeemed: true }).expect(404);
    }
  });

  it.each([
    ['no token', { session_token: undefined }, 'token_missing'],
    ['a list', { session_token: ['x'] }, 'token_malformed'],
    ['a wrong redemption_id', { redemption_id: 'x' }, 'invalid_argument'],
    ['a wrong code_verifier', { code_verifier: 'short' }, 'invalid_argument'],
    ['a text for redeemed', { redeemed: 'true' }, 'invalid_argument'],
    ['null for redeemed', { redeemed: null }, 'invalid_argument'],
  ])('answers 400 to %s', async (_, fields, code) => {
    const { body } = await inspect({ session_token: await store.issueToken(), ...fields }).expect(400);
    expect(body).toMatchObject({ statusCode: 400, origin: { code } });
  });
});

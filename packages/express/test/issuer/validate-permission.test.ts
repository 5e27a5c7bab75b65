import {
  createSourceApp,
  issuerOptions,
  OTHER_APP,
  OTHER_SECRET,
  PERMISSION,
  post,
  SIGNED_IN,
} from '../issuer-app.js';
import { ACME, ADA, openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = (hooks: object = {}) => createSourceApp(issuerOptions(store.sessions, hooks));
const question = (token: string, more: object = {}) => ({
  body: { session_token: token, permission: 'events:create', ...more },
});

describe('validate-permission', () => {
  it('says what the host says of the user of a redeemed token, as often as asked', async () => {
    const token = await store.redeemedToken();
    for (const [permission, expected] of [
      ['events:create', true],
      ['events:delete', false],
    ] as const) {
      const call = question(token, { permission });
      const { body, headers } = await post(createApp(), PERMISSION, call).expect(200);
      expect(body).toEqual({ has_permission: expected });
      expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    }
  });

  it('asks for the user, the account, the permission and the thing', async () => {
    const asked = jest.fn(() => true);
    const app = createApp({ hasPermission: asked });
    await post(app, PERMISSION, question(await store.redeemedToken(), { resource_id: 12 })).expect(200);
    const alone = await store.redeemedToken({ accountId: null });
    await post(app, PERMISSION, question(alone)).expect(200);
    const permission = 'events:create';
    expect(asked.mock.calls).toEqual([
      [{ user: ADA, account: ACME, permission, resourceId: '12' }],
      [{ user: ADA, account: null, permission, resourceId: null }],
    ]);
  });

  it.each([[false], [undefined], [null], [1], ['true'], [{ allowed: true }], [Promise.resolve(1)]])(
    'takes %p for no: only true is yes',
    async (answer) => {
      const app = createApp({ hasPermission: () => answer });
      const { body } = await post(app, PERMISSION, question(await store.redeemedToken())).expect(200);
      expect(body).toEqual({ has_permission: false });
    },
  );

  it('is left to the host without hasPermission', async () => {
    const app = createApp({ hasPermission: undefined }).use((_req, res) => {
      res.status(404).send('of the host');
    });
    const { text } = await post(app, PERMISSION).expect(404);
    expect(text).toBe('of the host');
  });
});

describe('validate-permission, refusing', () => {
  it('answers 401 to no secret, a wrong one and a user, whatever the body', async () => {
    for (const caller of [{}, { 'x-shared-secret': 'x'.repeat(32) }, SIGNED_IN]) {
      const { body } = await post(createApp(), PERMISSION, { caller, body: [] }).expect(401);
      expect(body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
    }
  });

  it('answers one 404 to every token that the app has not redeemed or may no longer use', async () => {
    const hasPermission = jest.fn(() => true);
    const revoked = await store.redeemedToken();
    await store.sessions.revoke(revoked);
    const ofOther = await store.redeemedToken({ targetApp: OTHER_APP });
    for (const token of [await store.issueToken(), ofOther, revoked, await store.expiredToken()]) {
      const { body } = await post(createApp({ hasPermission }), PERMISSION, question(token)).expect(404);
      expect(body).toMatchObject({ valid: false, origin: { code: 'invalid_token' } });
    }
    expect(hasPermission).not.toHaveBeenCalled();
    const caller = { 'x-shared-secret': OTHER_SECRET };
    await post(createApp(), PERMISSION, { ...question(ofOther), caller }).expect(200);
  });

  it.each([
    ['no token', { session_token: undefined }, 'token_missing'],
    ['null for a token', { session_token: null }, 'token_malformed'],
    ['no permission', { permission: undefined }, 'invalid_argument'],
    ['null for a permission', { permission: null }, 'invalid_argument'],
    ['a list of permissions', { permission: ['events:create'] }, 'invalid_argument'],
    ['an object for a thing', { resource_id: {} }, 'invalid_argument'],
  ])('answers 400 to %s, without a query', async (_, fields, code) => {
    const call = question(await store.redeemedToken(), fields);
    const queries = await store.countQueries(async () => {
      const { body } = await post(createApp(), PERMISSION, call).expect(400);
      expect(body).toMatchObject({ origin: { code } });
    });
    expect(queries).toBe(0);
  });

  it('answers 503 when hasPermission throws', async () => {
    const hasPermission = () => {
      throw new Error('no database');
    };
    const call = question(await store.redeemedToken());
    const { body } = await post(createApp({ hasPermission }), PERMISSION, call).expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
  });
});

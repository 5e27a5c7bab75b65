import request from 'supertest';
import {
  ACCOUNTS,
  APP,
  createSourceApp,
  issuerOptions,
  listAccounts,
  OTHER_APP,
  OTHER_SECRET,
} from '../issuer-app.js';
import { ACME, ADA, openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = (hooks: object = {}) => createSourceApp(issuerOptions(store.sessions, hooks));
const query = (search: string) => request(createApp()).get(`${ACCOUNTS}?${search}`).set(APP);

describe('user-accounts', () => {
  it('lists the accounts of the user of a redeemed token, as often as asked', async () => {
    const token = await store.redeemedToken();
    const listed = jest.fn(() => [ACME]);
    const app = createApp({ listAccounts: listed });
    await listAccounts(app, token).expect(200);
    const { body, headers } = await listAccounts(app, token).expect(200);
    expect(body).toEqual({ accounts: [ACME] });
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(listed).toHaveBeenCalledWith(ADA);
  });

  it('says ids as text, a missing slug as null, and keeps the rest of a row to itself', async () => {
    const rows = [
      { id: 7, name: 'Acme', slug: 'acme', iban: 'DE00' },
      { id: 8n, name: 'Bold', secret: 'x' },
    ];
    const app = createApp({ listAccounts: () => Promise.resolve(rows) });
    const { body } = await listAccounts(app, await store.redeemedToken()).expect(200);
    expect(body).toEqual({ accounts: [ACME, { id: '8', name: 'Bold', slug: null }] });
  });

  it('takes the token in the query, alone or beside the same one in the header', async () => {
    const token = await store.redeemedToken();
    const { body } = await query(`session_token=${token}`).expect(200);
    expect(body).toEqual({ accounts: [ACME] });
    await query(`session_token=${token}`).set('X-Session-Token', token).expect(200);
  });

  it('is left to the host without listAccounts', async () => {
    const app = createApp({ listAccounts: undefined }).use((_req, res) => {
      res.status(404).send('of the host');
    });
    const { text } = await listAccounts(app, 'x').expect(404);
    expect(text).toBe('of the host');
  });
});

describe('user-accounts, refusing', () => {
  it('answers 401 to a missing and to a wrong secret, whatever else is sent', async () => {
    const { body } = await request(createApp()).get(ACCOUNTS).expect(401);
    expect(body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
    const token = await store.redeemedToken();
    await listAccounts(createApp(), token).set('x-shared-secret', 'x'.repeat(32)).expect(401);
  });

  it('answers one 404 to every token that the app has not redeemed or may no longer use', async () => {
    const revoked = await store.redeemedToken();
    await store.sessions.revoke(revoked);
    const tokens = [
      await store.issueToken(),
      await store.redeemedToken({ targetApp: OTHER_APP }),
      revoked,
      await store.expiredToken(),
    ];
    for (const token of tokens) {
      const { body } = await listAccounts(createApp(), token).expect(404);
      expect(body).toMatchObject({ valid: false, origin: { code: 'invalid_token' } });
    }
    const [, ofOther = ''] = tokens;
    await listAccounts(createApp(), ofOther).set('x-shared-secret', OTHER_SECRET).expect(200);
  });

  it.each([
    ['no token', '', 'token_missing'],
    ['an empty query', 'session_token=', 'token_malformed'],
    ['a text that is no token', 'session_token=handoff_x', 'token_malformed'],
    ['a broken percent encoding', 'session_token=%E0%A4%A', 'token_malformed'],
    ['the parameter twice', 'session_token=x&session_token=x', 'invalid_argument'],
    ['a list', 'session_token[]=x', 'invalid_argument'],
    ['a numbered list', 'session_token[0]=x', 'invalid_argument'],
    ['an encoded object', 'session_token%5Ba%5D=x', 'invalid_argument'],
  ])('answers 400 to %s, without a query', async (_, search, code) => {
    const queries = await store.countQueries(async () => {
      const { body } = await query(search).expect(400);
      expect(body).toMatchObject({ statusCode: 400, origin: { code } });
    });
    expect(queries).toBe(0);
  });

  it('answers 400 to two different tokens, and to a header that was sent twice', async () => {
    const token = await store.redeemedToken();
    const other = await store.redeemedToken();
    for (const call of [
      query(`session_token=${token}`).set('X-Session-Token', other),
      query(`session_token[]=${other}`).set('X-Session-Token', token),
      request(createApp())
        .get(ACCOUNTS)
        .set(APP)
        .set('X-Session-Token', [token, token] as unknown as string),
    ]) {
      const { body, text } = await call.expect(400);
      expect(body).toMatchObject({ path: ACCOUNTS, origin: { code: 'invalid_argument' } });
      expect(text).not.toContain(token.slice(8, 30));
    }
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    ['gives nothing', () => undefined],
    ['gives no list', () => ({ rows: [] })],
    ['gives an account without an id', () => [{ name: 'Acme' }]],
    ['gives a rounded id', () => [{ id: 2 ** 53, name: 'Acme' }]],
    ['gives an account without a name', () => [{ id: 7 }]],
  ])('answers 503 when listAccounts %s', async (_, hook) => {
    const app = createApp({ listAccounts: hook });
    const { body } = await listAccounts(app, await store.redeemedToken()).expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
  });
});

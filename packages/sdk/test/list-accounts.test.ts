import { createCrossAppClient } from '../src/index.js';
import { drop, html, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, secret, token } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const accounts = [
  { id: '789', name: 'Test Account', slug: 'test-account' },
  { id: '790', name: 'Another', slug: null },
];

afterEach(() => issuer.close());

describe('listAccounts', () => {
  it('lists what the person may choose from', async () => {
    const client = clientOf(await start(json(200, { accounts })));
    await expect(client.listAccounts(token)).resolves.toEqual(accounts);
  });

  it('gets them, with the token in a header and in no URL, and without a body', async () => {
    const client = clientOf(await start(json(200, { accounts: [] })));
    await expect(client.listAccounts(token)).resolves.toEqual([]);
    const [{ method, path, headers, body }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path, body]).toEqual(['GET', '/api/cross-app/user-accounts', '']);
    expect(headers).toMatchObject({
      accept: 'application/json',
      'x-session-token': token,
      'x-shared-secret': secret,
    });
    expect(headers).not.toHaveProperty('content-type');
    expect(headers).not.toHaveProperty('authorization');
  });

  it('is tried again while there is no answer, and says what was tried', async () => {
    const client = clientOf(await start(drop, html(502), json(200, { accounts }), drop), { retries: 2 });
    await expect(client.listAccounts(token)).resolves.toHaveLength(2);
    const error = await rejectionOf(client.listAccounts(token));
    const said = `GET ${issuer.baseUrl}/user-accounts brought no answer`;
    expect(error).toHaveProperty('cause.message', expect.stringContaining(said));
  });

  it('is not redirected with the token and the secret', async () => {
    const client = clientOf(await start(raw(307, '', { location: '/elsewhere' }), json(200, { accounts })));
    const error = await rejectionOf(client.listAccounts(token));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'redirect' } });
    expect(issuer.received).toHaveLength(1);
  });

  it.each(['', 'x', `${token}=`, `${token}\n`])(
    'refuses a malformed token without a call: %p',
    async (malformed) => {
      const client = clientOf(await start(json(200, { accounts })));
      const error = await rejectionOf(client.listAccounts(malformed));
      expect(error).toMatchObject({ code: 'token_malformed' });
      expect(issuer.received).toEqual([]);
    },
  );

  it('refuses without a secret, and without a call', async () => {
    const { baseUrl } = await start(json(200, { accounts }));
    const client = createCrossAppClient({ baseUrl, appId: 'hi-events', accessToken: () => 'x' });
    expect(await rejectionOf(client.listAccounts(token))).toMatchObject({ code: 'client_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it.each<[code: string, act: Act]>([
    ['token_missing', refuse(400, 'token_missing')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['account_forbidden', refuse(403, 'account_forbidden')],
    ['invalid_token', refuse(404, 'invalid_token')],
    ['store_unavailable', html(404)],
    ['store_unavailable', refuse(405, 'method_not_allowed')],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.listAccounts(token))).toMatchObject({ code });
    expect(issuer.received).toHaveLength(1);
  });

  it.each<[what: string, body: unknown]>([
    ['no list', { accounts: {} }],
    ['nothing', {}],
    ['an account without an id', { accounts: [{ name: 'x', slug: null }] }],
    ['an id that is a number', { accounts: [{ id: 789, name: 'x', slug: null }] }],
    ['an account that is null', { accounts: [null] }],
  ])('offers no account on %s', async (_what, body) => {
    const client = clientOf(await start(json(200, body)), { retries: 0 });
    const error = await rejectionOf(client.listAccounts(token));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'unreadable' } });
  });
});

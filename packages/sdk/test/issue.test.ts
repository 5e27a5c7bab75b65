import { createCrossAppClient } from '../src/index.js';
import type { IssueRequest } from '../src/index.js';
import { CrossAppError } from '../src/index.js';
import { drop, html, json, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { bearer, clientOf, generated, rejectionOf, secret, token } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const request = { userId: 456, targetApp: 'hi-events' };
const sent = (): unknown[] => issuer.received.map(({ body }) => JSON.parse(body) as unknown);

afterEach(() => issuer.close());

describe('issue', () => {
  it('gives the token and what it stands for', async () => {
    const client = clientOf(await start(json(200, generated)));
    const payload = { action: 'create-event' };
    await expect(client.issue({ ...request, accountId: 789, payload })).resolves.toEqual({
      token,
      session: {
        userId: '456',
        accountId: '789',
        sourceApp: null,
        targetApp: 'hi-events',
        expiresAt: new Date('2030-01-01T00:00:00.000Z'),
        createdAt: null,
        permissions: [],
        payload,
      },
    });
  });

  it('posts account, target, payload and challenge, and proves itself with the sign-in only', async () => {
    const client = clientOf(await start(json(200, generated)));
    await client.issue({ ...request, accountId: '789', payload: [1, null], codeChallenge: challenge });
    const [{ method, path, headers }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/generate-session']);
    expect(headers).toMatchObject({ authorization: `Bearer ${bearer}`, 'content-type': 'application/json' });
    expect(headers).not.toHaveProperty('x-shared-secret');
    expect(JSON.stringify(issuer.received)).not.toContain(secret);
    expect(sent()).toEqual([
      { account_id: '789', target_app: 'hi-events', event_data: [1, null], code_challenge: challenge },
    ]);
  });

  it('posts where the person will land, when it is told', async () => {
    const client = clientOf(await start(json(200, generated)));
    await client.issue(request, { redirectUri: 'https://hi.events/auth/cross-app' });
    expect(sent()).toEqual([
      { account_id: null, target_app: 'hi-events', redirect_uri: 'https://hi.events/auth/cross-app' },
    ]);
  });

  it('leaves out what was not given', async () => {
    const client = clientOf(await start(json(200, { ...generated, account_id: undefined })));
    const { session } = await client.issue(request);
    expect(sent()).toEqual([{ account_id: null, target_app: 'hi-events' }]);
    expect(session).toMatchObject({ accountId: null, payload: null });
  });

  it.each<[accountId: IssueRequest['accountId'], wire: unknown]>([
    [789, 789],
    ['789', '789'],
    [9_007_199_254_740_993n, '9007199254740993'],
    [null, null],
  ])('sends the account id %p without rounding it', async (accountId, wire) => {
    const client = clientOf(await start(json(200, generated)));
    await client.issue({ ...request, userId: 9_007_199_254_740_993n, accountId });
    expect(sent()).toEqual([{ account_id: wire, target_app: 'hi-events' }]);
  });

  it('asks for the access token once, with the request, however many tries it takes', async () => {
    const accessToken = jest.fn(() => Promise.resolve(bearer));
    const client = clientOf(await start(drop, html(500), json(200, generated)), { accessToken });
    await client.issue(request);
    expect(accessToken.mock.calls).toEqual([[request]]);
    expect(issuer.received.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 3 }, () => `Bearer ${bearer}`),
    );
  });

  it('rejects without accessToken, and without a call', async () => {
    const { baseUrl } = await start(json(200, generated));
    const client = createCrossAppClient({ baseUrl, appId: 'hi-events', secret });
    const error = await rejectionOf(client.issue(request));
    expect(error).toMatchObject({ code: 'user_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a line break', 'a\nb'],
    ['the scheme', `Bearer ${bearer}`],
    ['undefined', undefined],
  ])('takes nobody for signed in when accessToken gives %s', async (_what, value) => {
    const accessToken = jest.fn().mockReturnValue(value);
    const client = clientOf(await start(json(200, generated)), { accessToken });
    const error = await rejectionOf(client.issue(request));
    expect(error).toMatchObject({ code: 'user_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it.each([
    ['an error of the host', new RangeError('no token store')],
    ['an error of ours', new CrossAppError('user_unauthenticated')],
  ])('rejects with what accessToken throws: %s', async (_what, thrown) => {
    const client = clientOf(await start(json(200, generated)), { accessToken: () => Promise.reject(thrown) });
    expect(await rejectionOf(client.issue(request))).toBe(thrown);
    expect(issuer.received).toEqual([]);
  });

  it.each<[what: string, change: Partial<IssueRequest>]>([
    ['user 0', { userId: 0 }],
    ['user -1', { userId: -1n }],
    ['a user above 2^53', { userId: 2 ** 53 }],
    ['an empty user', { userId: '' }],
    ['a fractional account', { accountId: 1.5 }],
    ['an empty account', { accountId: '' }],
    ['no target', { targetApp: '' }],
    ['a target with a blank', { targetApp: 'hi events' }],
    ['a challenge that is a verifier', { codeChallenge: 'x'.repeat(50) }],
    ['a challenge with stray bits', { codeChallenge: challenge.replace(/M$/, 'N') }],
    ['permissions, which the wire cannot say', { permissions: ['edit'] }],
    ['a life, which the wire cannot say', { ttlSeconds: 60 }],
  ])('refuses %s without a call', async (_what, change) => {
    const client = clientOf(await start(json(200, generated)));
    const error = await rejectionOf(client.issue({ ...request, ...change }));
    expect(error).toMatchObject({ name: 'CrossAppError', code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it('refuses a payload that JSON cannot say, without a call', async () => {
    const client = clientOf(await start(json(200, generated)));
    const cycle: Record<string, never> = {};
    Reflect.set(cycle, 'self', cycle);
    const error = await rejectionOf(client.issue({ ...request, payload: cycle }));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it('takes no permissions for none', async () => {
    const client = clientOf(await start(json(200, generated)));
    const { session } = await client.issue({ ...request, permissions: [], ttlSeconds: undefined });
    expect(session.permissions).toEqual([]);
  });

  it.each<[code: string, act: Act]>([
    ['invalid_argument', refuse(400, 'invalid_argument')],
    ['user_unauthenticated', refuse(401, 'user_unauthenticated')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['user_unauthenticated', json(401, { message: 'jwt expired' })],
    ['account_forbidden', refuse(403, 'account_forbidden')],
    ['payload_too_large', refuse(413, 'payload_too_large')],
    // There is no token here that could be invalid: the mount is wrong.
    ['store_unavailable', refuse(404, 'invalid_token')],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.issue(request))).toMatchObject({ name: 'CrossAppError', code });
    expect(issuer.received).toHaveLength(1);
  });

  it('gives no token that is not one', async () => {
    const client = clientOf(await start(json(200, { ...generated, session_token: 'x' })), { retries: 0 });
    const error = await rejectionOf(client.issue(request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'unreadable' } });
  });
});

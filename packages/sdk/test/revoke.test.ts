import { createCrossAppClient } from '../src/index.js';
import type { CrossAppClient } from '../src/index.js';
import { drop, hang, html, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { bearer, clientOf, rejectionOf, secret, token } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const done = raw(204, '', {});

/** A client without a secret, as in a page. */
function clientOfUser({ baseUrl }: FakeIssuer, accessToken = (): string => bearer): CrossAppClient {
  return createCrossAppClient({ baseUrl, appId: 'hi-events', accessToken });
}

afterEach(() => issuer.close());

describe('revoke', () => {
  it('posts the token, and proves itself as the app', async () => {
    const client = clientOf(await start(done));
    await expect(client.revoke(token)).resolves.toBeUndefined();
    const [{ method, path, headers, body }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/revoke-session']);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-shared-secret': secret });
    expect(headers).not.toHaveProperty('authorization');
    expect(JSON.parse(body)).toEqual({ session_token: token });
  });

  it('proves itself as the person when there is no secret', async () => {
    const accessToken = jest.fn(() => bearer);
    await clientOfUser(await start(drop, done), accessToken).revoke(token);
    expect(issuer.received.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${bearer}`,
      `Bearer ${bearer}`,
    ]);
    expect(issuer.received[0]?.headers).not.toHaveProperty('x-shared-secret');
    expect(accessToken.mock.calls).toEqual([[undefined]]);
  });

  it('takes nobody for signed in when accessToken gives nothing', async () => {
    const client = clientOfUser(await start(done), () => '');
    expect(await rejectionOf(client.revoke(token))).toMatchObject({ code: 'user_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it('may name its own app as the scope', async () => {
    await clientOf(await start(done)).revoke(token, { targetApp: 'hi-events' });
    expect(JSON.parse(issuer.received[0]?.body ?? '')).toEqual({ session_token: token });
  });

  it.each(['', 'no token', token.slice(1), `${token}=`])(
    'is done without a call when there is nothing that could be a token: %p',
    async (malformed) => {
      const client = clientOf(await start(html(500)));
      await expect(client.revoke(malformed)).resolves.toBeUndefined();
      expect(issuer.received).toEqual([]);
    },
  );

  it.each<[what: string, scope: object]>([
    ['another app', { targetApp: 'tuvens' }],
    ['a user, whom the wire cannot say', { userId: 456 }],
    ['a user besides the app', { userId: '456', targetApp: 'hi-events' }],
    ['what it does not know', { targetapp: 'hi-events' }],
  ])('refuses a scope with %s without a call, whatever the token', async (_what, scope) => {
    const client = clientOf(await start(done));
    for (const each of [token, 'no token']) {
      const error = await rejectionOf(client.revoke(each, scope));
      expect(error).toMatchObject({ code: 'invalid_argument' });
    }
    expect(issuer.received).toEqual([]);
  });

  it('refuses to go by the app when the person proves themselves: it would revoke more', async () => {
    const client = clientOfUser(await start(done));
    const error = await rejectionOf(client.revoke(token, { targetApp: 'hi-events' }));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it.each<[what: string, act: Act]>([
    ['a dropped connection', drop],
    ['a 500', refuse(500, 'store_unavailable')],
    ['a 503', refuse(503, 'store_unavailable', { 'retry-after': '0' })],
    ['a 200 with a page', html(200)],
    ['a 200 with JSON', json(200, {})],
    ['a 202', raw(202, '', {})],
    ['a redirect to a page that would be a 200', raw(302, '', { location: '/login' })],
    ['a 404 that knows no such path', html(404)],
    ['a 404 that knows no such token', refuse(404, 'invalid_token')],
    ['a 403', refuse(403, 'account_forbidden')],
    ['a 401 of a proxy', html(401)],
  ])('is never taken for done after %s', async (_what, act) => {
    const client = clientOf(await start(act), { retries: 1 });
    expect(await rejectionOf(client.revoke(token))).toMatchObject({ code: 'store_unavailable', status: 503 });
  });

  it('is never taken for done when no answer comes', async () => {
    const client = clientOf(await start(hang), { timeoutMs: 50 });
    expect(await rejectionOf(client.revoke(token))).toMatchObject({
      code: 'store_unavailable',
      cause: { reason: 'timeout' },
    });
  });

  it('is done when a later try is', async () => {
    const client = clientOf(await start(drop, html(502), done));
    await expect(client.revoke(token)).resolves.toBeUndefined();
    expect(new Set(issuer.received.map(({ body }) => body)).size).toBe(1);
    expect(issuer.received).toHaveLength(3);
  });

  it.each<[code: string, act: Act]>([
    ['invalid_argument', refuse(400, 'invalid_argument')],
    ['token_malformed', refuse(400, 'token_malformed')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['client_unauthenticated', refuse(401, 'user_unauthenticated')],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.revoke(token))).toMatchObject({ code });
    expect(issuer.received).toHaveLength(1);
  });

  it.each(['user_unauthenticated', 'client_unauthenticated'])(
    'rejects with %s when the person is refused',
    async (code) => {
      const client = clientOfUser(await start(refuse(401, code)));
      expect(await rejectionOf(client.revoke(token))).toMatchObject({ code });
      expect(issuer.received).toHaveLength(1);
    },
  );

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const client = clientOf(
      await start((response) => {
        hang(response);
        controller.abort('left the page');
      }),
    );
    const { signal } = controller;
    expect(await rejectionOf(client.revoke(token, {}, { signal }))).toBe('left the page');
  });
});

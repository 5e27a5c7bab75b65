import { randomUUID } from 'node:crypto';
import { createCrossAppClient } from '../src/index.js';
import type { InspectRequest } from '../src/index.js';
import { drop, html, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, secret, token, validated, verifier } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const request = { targetApp: 'hi-events' };
const sent = (): unknown[] => issuer.received.map(({ body }) => JSON.parse(body) as unknown);

afterEach(() => issuer.close());

describe('inspect', () => {
  it('says who would arrive', async () => {
    const client = clientOf(await start(json(200, validated)));
    await expect(client.inspect(token, request)).resolves.toEqual({
      session: {
        userId: '456',
        accountId: '789',
        sourceApp: null,
        targetApp: 'hi-events',
        expiresAt: new Date('2030-01-01T00:00:00.000Z'),
        createdAt: null,
        permissions: ['edit'],
        payload: null,
      },
      user: { id: '456', email: 'test@example.com', name: 'Test User' },
      account: { id: '789', name: null, slug: null },
    });
  });

  it('posts the token to its own path, and proves itself with the secret', async () => {
    const client = clientOf(await start(json(200, validated)));
    await client.inspect(token, request);
    const [{ method, path, headers }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/inspect-session']);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-shared-secret': secret });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('draws no redemption id: without one it asks what anybody else would get', async () => {
    const client = clientOf(await start(json(200, validated)));
    await client.inspect(token, request);
    expect(sent()).toEqual([{ session_token: token }]);
  });

  it.each([true, false])('sends the proofs, and redeemed: %p', async (redeemed) => {
    const redemptionId = randomUUID();
    const client = clientOf(await start(json(200, validated)));
    await client.inspect(token, { ...request, redemptionId, codeVerifier: verifier, redeemed });
    expect(sent()).toEqual([
      { session_token: token, redemption_id: redemptionId, code_verifier: verifier, redeemed },
    ]);
  });

  it('asks again with the same body when the reply was lost', async () => {
    const client = clientOf(await start(drop, html(502), json(200, validated)));
    await expect(client.inspect(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    expect(issuer.received).toHaveLength(3);
    expect(new Set(issuer.received.map(({ body }) => body)).size).toBe(1);
  });

  it.each(['', 'x', token.slice(1), `${token}=`])(
    'refuses a malformed token without a call: %p',
    async (malformed) => {
      const client = clientOf(await start(json(200, validated)));
      const error = await rejectionOf(client.inspect(malformed, request));
      expect(error).toMatchObject({ code: 'token_malformed' });
      expect(issuer.received).toEqual([]);
    },
  );

  it.each<[what: string, request: InspectRequest]>([
    ['another target app', { targetApp: 'tuvens' }],
    ['a redemption id that is no UUID', { ...request, redemptionId: 'x' }],
    ['a short verifier', { ...request, codeVerifier: 'x'.repeat(42) }],
    ['redeemed as text', { ...request, redeemed: 'true' as unknown as boolean }],
    ['redeemed as null', { ...request, redeemed: null as unknown as boolean }],
  ])('refuses %s without a call', async (_what, wrong) => {
    const client = clientOf(await start(json(200, validated)));
    expect(await rejectionOf(client.inspect(token, wrong))).toMatchObject({ code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it('refuses without a secret, and says which verb needs it', async () => {
    const { baseUrl } = await start(json(200, validated));
    const client = createCrossAppClient({ baseUrl, appId: 'hi-events', accessToken: () => 'x' });
    const error = await rejectionOf(client.inspect(token, request));
    expect(error).toMatchObject({ code: 'client_unauthenticated' });
    expect(error).toHaveProperty('cause.message', expect.stringContaining('inspect needs it'));
    expect(issuer.received).toEqual([]);
  });

  it.each<[code: string, act: Act]>([
    ['invalid_argument', refuse(400, 'invalid_argument')],
    ['token_malformed', refuse(400, 'token_malformed')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['account_forbidden', refuse(403, 'account_forbidden')],
    ['invalid_token', refuse(404, 'invalid_token')],
    ['store_unavailable', html(404)],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.inspect(token, request))).toMatchObject({ code });
    expect(issuer.received).toHaveLength(1);
  });

  it.each<[what: string, act: Act]>([
    ['a 204', raw(204, '', {})],
    ['valid: false', json(200, { ...validated, valid: false })],
  ])('lets nobody in on %s', async (_what, act) => {
    const client = clientOf(await start(act), { retries: 0 });
    const error = await rejectionOf(client.inspect(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'unreadable' } });
  });
});

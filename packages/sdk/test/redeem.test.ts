import { randomUUID } from 'node:crypto';
import type { CrossAppSessions } from '@cross-app/protocol';
import { createCrossAppClient } from '../src/index.js';
import type { RedeemRequest } from '../src/index.js';
import { drop, html, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, secret, token, validated, verifier } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const request = { targetApp: 'hi-events' };

afterEach(() => issuer.close());

describe('redeem', () => {
  it('says who arrived', async () => {
    const client = clientOf(await start(json(200, { ...validated, event_data: { action: 'create-event' } })));
    await expect(client.redeem(token, request)).resolves.toEqual({
      session: {
        userId: '456',
        accountId: '789',
        sourceApp: null,
        targetApp: 'hi-events',
        expiresAt: new Date('2030-01-01T00:00:00.000Z'),
        createdAt: null,
        permissions: ['edit'],
        payload: { action: 'create-event' },
      },
      user: { id: '456', email: 'test@example.com', name: 'Test User' },
      account: { id: '789', name: null, slug: null },
    });
  });

  it('posts the token, the redemption id and the verifier, and proves itself with the secret', async () => {
    const redemptionId = randomUUID();
    const client = clientOf(await start(json(200, validated)));
    await client.redeem(token, { ...request, redemptionId, codeVerifier: verifier });
    const [{ method, path, headers, body }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/validate-session']);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      'x-shared-secret': secret,
    });
    expect(headers).not.toHaveProperty('authorization');
    expect(JSON.parse(body)).toEqual({
      session_token: token,
      redemption_id: redemptionId,
      code_verifier: verifier,
    });
  });

  it('does not send what the wire has no place for', async () => {
    const client = clientOf(await start(json(200, validated)));
    await client.redeem(token, { ...request, userAgent: 'Firefox', ipAddress: '192.0.2.1' });
    expect(Object.keys(JSON.parse(issuer.received[0]?.body ?? '') as object)).toEqual([
      'session_token',
      'redemption_id',
    ]);
    expect(JSON.stringify(issuer.received)).not.toMatch(/Firefox|192\.0\.2\.1/);
  });

  it('sends one redemption id on every try', async () => {
    const client = clientOf(await start(drop, html(502), json(200, validated)));
    await client.redeem(token, request);
    expect(issuer.received).toHaveLength(3);
    expect(new Set(issuer.received.map(({ body }) => body)).size).toBe(1);
  });

  it("sends the caller's redemption id on every try", async () => {
    const redemptionId = randomUUID();
    const client = clientOf(await start(drop, json(200, validated)));
    await client.redeem(token, { ...request, redemptionId });
    const ids = issuer.received.map(
      ({ body }) => (JSON.parse(body) as { redemption_id: string }).redemption_id,
    );
    expect(ids).toEqual([redemptionId, redemptionId]);
  });

  it('draws another redemption id for another call', async () => {
    const client = clientOf(await start(json(200, validated)));
    await client.redeem(token, request);
    await client.redeem(token, request);
    expect(new Set(issuer.received.map(({ body }) => body)).size).toBe(2);
  });

  it('calls below the mount, with or without a slash at its end', async () => {
    const baseUrl = `${(await start(json(200, validated))).baseUrl}/`;
    await clientOf(issuer, { baseUrl }).redeem(token, request);
    await clientOf(issuer, { baseUrl: new URL(baseUrl).origin }).redeem(token, request);
    expect(issuer.received.map(({ path }) => path)).toEqual([
      '/api/cross-app/validate-session',
      '/validate-session',
    ]);
  });

  it.each(['', 'x', token.slice(1), `${token}=`, ` ${token}`, token.replace(/.$/, '+'), token + token])(
    'refuses a malformed token without a call: %p',
    async (malformed) => {
      const client = clientOf(await start(json(200, validated)));
      const error = await rejectionOf(client.redeem(malformed, request));
      expect(error).toMatchObject({ name: 'CrossAppError', code: 'token_malformed' });
      expect(issuer.received).toEqual([]);
    },
  );

  it.each<[what: string, request: RedeemRequest]>([
    ['another target app', { targetApp: 'tuvens' }],
    ['another spelling of the target app', { targetApp: 'Hi-Events' }],
    ['a redemption id that is no UUID', { ...request, redemptionId: 'x' }],
    ['the nil redemption id', { ...request, redemptionId: '00000000-0000-0000-0000-000000000000' }],
    ['a short verifier', { ...request, codeVerifier: 'x'.repeat(42) }],
    ['an empty verifier', { ...request, codeVerifier: '' }],
  ])('refuses %s without a call', async (_what, wrong) => {
    const client = clientOf(await start(json(200, validated)));
    const error = await rejectionOf(client.redeem(token, wrong));
    expect(error).toMatchObject({ name: 'CrossAppError', code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it('refuses without a secret, and without a call', async () => {
    const { baseUrl } = await start(json(200, validated));
    const client = createCrossAppClient({ baseUrl, appId: 'hi-events', accessToken: () => 'x' });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'client_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it.each<[code: string, act: Act]>([
    ['invalid_argument', refuse(400, 'invalid_argument')],
    ['token_malformed', refuse(400, 'token_malformed')],
    ['token_missing', refuse(400, 'token_missing')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['account_forbidden', refuse(403, 'account_forbidden')],
    ['invalid_token', refuse(404, 'invalid_token')],
    // A code that does not fit is not believed: the status decides.
    ['invalid_argument', refuse(400, 'store_unavailable')],
    ['invalid_argument', json(400, { error: 'Bad request' })],
    ['client_unauthenticated', refuse(401, 'user_unauthenticated')],
    ['invalid_token', refuse(404, 'token_used')],
    ['invalid_token', refuse(404, 'constructor')],
    ['invalid_token', json(404, { valid: false })],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.redeem(token, request))).toMatchObject({ name: 'CrossAppError', code });
    expect(issuer.received).toHaveLength(1);
  });

  it.each<[what: string, act: Act]>([
    ['a 404 of a server that knows no such path', html(404)],
    ['a 404 in JSON that is not of the issuer', json(404, { statusCode: 404, message: 'Cannot POST' })],
    ['a 401 of a proxy', html(401)],
    ['a 403 that broke off', raw(403, '{"origin":', { 'content-type': 'application/json' })],
    ['a 405', refuse(405, 'method_not_allowed')],
    ['a 415', refuse(415, 'unsupported_media_type')],
    ['a 418', refuse(418, 'invalid_token')],
  ])('does not take %s for an answer of the issuer, nor ask again', async (_what, act) => {
    const client = clientOf(await start(act));
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'status', attempts: 1 } });
    expect(issuer.received).toHaveLength(1);
  });

  it('stands in for the redeem of CrossAppSessions', async () => {
    const sessions: Pick<CrossAppSessions, 'redeem'> = clientOf(await start(json(200, validated)));
    await expect(sessions.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
  });
});

import { createCrossAppClient } from '../src/index.js';
import type { PermissionRequest } from '../src/index.js';
import { drop, html, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, secret, token } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const permission = 'events.edit';

afterEach(() => issuer.close());

describe('hasPermission', () => {
  it.each([true, false])('says what the issuer says: %p', async (said) => {
    const client = clientOf(await start(json(200, { has_permission: said })));
    await expect(client.hasPermission(token, { permission })).resolves.toBe(said);
    const [{ method, path, headers, body }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/validate-permission']);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-shared-secret': secret });
    expect(JSON.parse(body)).toEqual({ session_token: token, permission });
  });

  it.each<[resourceId: PermissionRequest['resourceId'], wire: object]>([
    [42, { resource_id: 42 }],
    ['event-42', { resource_id: 'event-42' }],
    [9_007_199_254_740_993n, { resource_id: '9007199254740993' }],
    [null, {}],
    [undefined, {}],
  ])('asks about resource %p without rounding it', async (resourceId, wire) => {
    const client = clientOf(await start(json(200, { has_permission: true })));
    await client.hasPermission(token, { permission, resourceId });
    expect(issuer.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { session_token: token, permission, ...wire },
    ]);
  });

  it.each<[what: string, request: object]>([
    ['no permission', {}],
    ['an empty permission', { permission: '' }],
    ['a permission of 101 characters', { permission: 'x'.repeat(101) }],
    ['a list of permissions', { permission: [permission] }],
    ['resource 0', { permission, resourceId: 0 }],
    ['a resource above 2^53', { permission, resourceId: 2 ** 53 }],
    ['an empty resource', { permission, resourceId: '' }],
    ['a misspelt resource, which would be all of them', { permission, resourceID: 42 }],
  ])('refuses %s without a call', async (_what, request) => {
    const client = clientOf(await start(json(200, { has_permission: true })));
    const error = await rejectionOf(client.hasPermission(token, request as PermissionRequest));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it.each(['', 'x', `${token}=`])('refuses a malformed token without a call: %p', async (malformed) => {
    const client = clientOf(await start(json(200, { has_permission: true })));
    const error = await rejectionOf(client.hasPermission(malformed, { permission }));
    expect(error).toMatchObject({ code: 'token_malformed' });
    expect(issuer.received).toEqual([]);
  });

  it('refuses without a secret, and without a call', async () => {
    const { baseUrl } = await start(json(200, { has_permission: true }));
    const client = createCrossAppClient({ baseUrl, appId: 'hi-events', accessToken: () => 'x' });
    const error = await rejectionOf(client.hasPermission(token, { permission }));
    expect(error).toMatchObject({ code: 'client_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it('is asked again while there is no answer', async () => {
    const client = clientOf(await start(drop, html(500), json(200, { has_permission: true })));
    await expect(client.hasPermission(token, { permission })).resolves.toBe(true);
    expect(issuer.received).toHaveLength(3);
  });

  it.each<[code: string, act: Act]>([
    ['invalid_argument', refuse(400, 'invalid_argument')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['account_forbidden', refuse(403, 'account_forbidden')],
    ['invalid_token', refuse(404, 'invalid_token')],
    ['store_unavailable', html(403)],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.hasPermission(token, { permission }))).toMatchObject({ code });
    expect(issuer.received).toHaveLength(1);
  });

  it.each<[what: string, act: Act]>([
    ['text', json(200, { has_permission: 'true' })],
    ['1', json(200, { has_permission: 1 })],
    ['nothing', json(200, {})],
    ['a 204', raw(204, '', {})],
    ['a page', html(200)],
  ])('allows nothing on %s', async (_what, act) => {
    const client = clientOf(await start(act), { retries: 0 });
    const error = await rejectionOf(client.hasPermission(token, { permission }));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'unreadable' } });
  });
});

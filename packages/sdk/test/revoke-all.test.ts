import { createCrossAppClient } from '../src/index.js';
import type { RevokeFilter } from '../src/index.js';
import { drop, html, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, secret } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const targetApp = 'hi-events';
const issuedBefore = new Date('2026-11-25T11:44:00.500Z');

afterEach(() => issuer.close());

describe('revokeAll', () => {
  it('says how many became revoked', async () => {
    const client = clientOf(await start(json(200, { revoked: 7 })));
    await expect(client.revokeAll({ userId: 456 })).resolves.toBe(7);
    const [{ method, path, headers }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/revoke-sessions']);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-shared-secret': secret });
    expect(headers).not.toHaveProperty('authorization');
  });

  it.each<[filter: RevokeFilter, body: unknown]>([
    [{ userId: 456 }, { user_id: '456' }],
    [{ userId: 9_007_199_254_740_993n }, { user_id: '9007199254740993' }],
    [{ userId: '456', all: undefined, targetApp }, { user_id: '456' }],
    [{ userId: 456, all: true }, { user_id: '456' }],
    [
      { userId: 'u', accountId: 7, sourceApp: 'tuvens', targetApp, issuedBefore },
      { user_id: 'u', account_id: '7', source_app: 'tuvens', issued_before: '2026-11-25T11:44:00.500Z' },
    ],
    [{ issuedBefore }, { issued_before: '2026-11-25T11:44:00.500Z' }],
    [{ all: true }, { all: true }],
    [{ all: true, targetApp }, { all: true }],
    [{ targetApp }, { all: true }],
  ])('says %j in the words of the wire', async (filter, body) => {
    const client = clientOf(await start(json(200, { revoked: 0 })));
    await expect(client.revokeAll(filter)).resolves.toBe(0);
    expect(issuer.received.map(({ body: sent }) => JSON.parse(sent) as unknown)).toEqual([body]);
  });

  it.each<[what: string, filter: object]>([
    ['nothing to go by', {}],
    ['only what is not given', { userId: undefined, issuedBefore: undefined }],
    ['all: false', { all: false }],
    ['all as text', { all: 'true' }],
    ['a misspelt name', { userID: 456 }],
    ['a misspelt name besides a good one', { targetApp, user: 456 }],
    ['another target app', { targetApp: 'tuvens', userId: 456 }],
    ['user 0', { userId: 0 }],
    ['a user above 2^53', { userId: 2 ** 53 }],
    ['an empty user', { userId: '' }],
    ['no user', { userId: null }],
    ['a fractional account', { accountId: 1.5 }],
    ['a source app with a blank', { sourceApp: 'tu vens' }],
    ['an instant that is none', { issuedBefore: new Date('soon') }],
    ['an instant as text', { issuedBefore: '2026-11-25T11:44:00Z' }],
  ])('refuses %s without a call', async (_what, filter) => {
    const client = clientOf(await start(json(200, { revoked: 9 })));
    const error = await rejectionOf(client.revokeAll(filter));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });

  it('refuses without a secret, and without a call', async () => {
    const { baseUrl } = await start(json(200, { revoked: 9 }));
    const client = createCrossAppClient({ baseUrl, appId: targetApp, accessToken: () => 'x' });
    const error = await rejectionOf(client.revokeAll({ userId: 456 }));
    expect(error).toMatchObject({ code: 'client_unauthenticated' });
    expect(issuer.received).toEqual([]);
  });

  it('is tried again while nobody knows how it ended', async () => {
    const client = clientOf(await start(drop, html(502), json(200, { revoked: 2 })));
    await expect(client.revokeAll({ all: true })).resolves.toBe(2);
    expect(issuer.received).toHaveLength(3);
  });

  it.each<[what: string, act: Act]>([
    ['no number', json(200, {})],
    ['a number as text', json(200, { revoked: '7' })],
    ['less than none', json(200, { revoked: -1 })],
    ['a part of one', json(200, { revoked: 0.5 })],
    ['a 204', raw(204, '', {})],
    ['a page', html(200)],
  ])('is never taken for done after %s', async (_what, act) => {
    const client = clientOf(await start(act), { retries: 0 });
    const error = await rejectionOf(client.revokeAll({ all: true }));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'unreadable' } });
  });

  it.each<[code: string, act: Act]>([
    ['invalid_argument', refuse(400, 'invalid_argument')],
    ['client_unauthenticated', refuse(401, 'client_unauthenticated')],
    ['store_unavailable', refuse(404, 'invalid_token')],
    ['store_unavailable', html(403)],
  ])('rejects with %s, once and for all', async (code, act) => {
    const client = clientOf(await start(act));
    expect(await rejectionOf(client.revokeAll({ all: true }))).toMatchObject({ code });
    expect(issuer.received).toHaveLength(1);
  });
});

import { inspect } from 'node:util';
import { createCrossAppClient } from '../src/index.js';
import type { CrossAppClient, CrossAppClientOptions } from '../src/index.js';
import { cutOff, drop, hang, json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { bearer, clientOf, rejectionOf, secret, token, verifier } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const canaries = [secret, token, verifier, bearer];
const everything = `${secret} ${token} ${verifier} ${bearer}`;
const redemption = { targetApp: 'hi-events', codeVerifier: verifier };

/** What each verb rejects with, called as it should be. */
async function rejections(client: CrossAppClient): Promise<unknown[]> {
  const calls = [
    client.redeem(token, redemption),
    client.issue({ userId: 1, targetApp: 'hi-events' }),
    client.inspect(token, redemption),
    client.revoke(token),
    client.revokeAll({ all: true }),
    client.listAccounts(token),
    client.hasPermission(token, { permission: 'edit' }),
  ];
  return Promise.all(calls.map(rejectionOf));
}

/** Everything that a log or a reply could show of a value, with its causes and hidden properties. */
function shown(value: unknown): string {
  const inspected = inspect(value, { depth: Infinity, showHidden: true, getters: true });
  const cause = value instanceof Error && value.cause !== undefined ? shown(value.cause) : '';
  const own = value instanceof Error ? `${value.message} ${value.stack ?? ''}` : '';
  return [inspected, JSON.stringify(value), String(value), own, cause].join('\n');
}

function expectNoCanary(value: unknown): void {
  const text = shown(value);
  expect(canaries.filter((canary) => text.includes(canary) || text.includes(canary.slice(8, 20)))).toEqual(
    [],
  );
}

describe('the search for secrets', () => {
  it('finds one in the cause of a cause', () => {
    const error = new Error('x', { cause: { headers: { 'x-shared-secret': secret } } });
    expect(() => {
      expectNoCanary(new Error('y', { cause: error }));
    }).toThrow(/canary-secret/);
  });
});

describe('secret, token, verifier and access token', () => {
  afterEach(() => issuer.close());

  it('are not in the client', async () => {
    const client = clientOf(await start(drop));
    expectNoCanary(client);
    expectNoCanary(Object.getOwnPropertyDescriptors(client));
    const verbs = Object.values(client).map(String);
    expect(verbs).toHaveLength(7);
    expectNoCanary(verbs);
    expect(Object.isFrozen(client)).toBe(true);
  });

  it.each<[what: string, act: Act]>([
    ['drops the connection', drop],
    ['cuts its reply off', cutOff],
    ['never answers', hang],
    ['answers with a page that repeats them', raw(200, everything, { 'content-type': 'text/html' })],
    [
      'answers with a broken JSON that repeats them',
      raw(200, everything, { 'content-type': 'application/json' }),
    ],
    ['answers with a JSON that repeats them', json(200, { valid: everything, [everything]: everything })],
    ['refuses and repeats them', json(400, { message: everything, origin: { code: everything } })],
    [
      'refuses with a good code and repeats them',
      json(404, { message: everything, origin: { code: 'invalid_token' } }),
    ],
    ['limits and repeats them', raw(429, everything, { 'retry-after': everything })],
    ['is unavailable and repeats them', raw(503, everything, { 'retry-after': everything })],
    ['redirects to a place with them', raw(302, '', { location: `/?${encodeURIComponent(everything)}` })],
    ['speaks no HTTP', (response): void => void response.socket?.end(everything)],
  ])('are in no error when the issuer %s', async (_what, act) => {
    const client = clientOf(await start(act), { retries: 1, tryTimeoutMs: 60 });
    const errors = await rejections(client);
    for (const error of errors) expectNoCanary(error);
    expect(errors).toHaveLength(7);
    expect(issuer.received.length).toBeGreaterThanOrEqual(7);
  });

  it('are in no error when fetch repeats what it was given', async () => {
    const fetch: CrossAppClientOptions['fetch'] = (url, init) => {
      const error = new TypeError(`cannot send ${JSON.stringify(init)}`, {
        cause: { url, init, code: secret },
      });
      return Promise.reject(Object.assign(error, { config: init, name: everything, code: everything }));
    };
    const client = clientOf(await start(drop), { fetch, retries: 0 });
    for (const error of await rejections(client)) {
      expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'network' } });
      expectNoCanary(error);
    }
  });

  it('are in no error about an argument', async () => {
    const client = clientOf(await start(refuse(500, 'store_unavailable')), {
      accessToken: () => `${bearer}\n`,
    });
    expectNoCanary(await rejectionOf(client.redeem(`${token}=`, redemption)));
    expectNoCanary(await rejectionOf(client.redeem(token, { ...redemption, codeVerifier: `${verifier} ` })));
    expectNoCanary(await rejectionOf(client.redeem(token, { ...redemption, redemptionId: token })));
    expectNoCanary(await rejectionOf(client.redeem(token, { ...redemption, targetApp: token })));
    expectNoCanary(await rejectionOf(client.issue({ userId: 1, targetApp: 'hi-events' })));
    expectNoCanary(await rejectionOf(client.issue({ userId: 1, targetApp: everything })));
    expectNoCanary(await rejectionOf(client.inspect(`${token}=`, redemption)));
    expectNoCanary(await rejectionOf(client.inspect(token, { ...redemption, redemptionId: token })));
    expectNoCanary(await rejectionOf(client.revoke(token, { targetApp: token })));
    expectNoCanary(await rejectionOf(client.revoke(token, { [token]: secret })));
    expectNoCanary(await rejectionOf(client.revokeAll({ [token]: secret })));
    expectNoCanary(await rejectionOf(client.revokeAll({ sourceApp: everything })));
    expectNoCanary(await rejectionOf(client.listAccounts(`${token}=`)));
    expectNoCanary(await rejectionOf(client.hasPermission(token, { permission: everything })));
    expect(issuer.received).toEqual([]);
  });

  it('are in no error about an option', async () => {
    const { baseUrl } = await start(drop);
    const wrong = { baseUrl: `${baseUrl}?secret=${secret}`, appId: everything, secret: `${secret}\n` };
    for (const name of ['baseUrl', 'appId', 'secret'] as const) {
      const options = { baseUrl, appId: 'hi-events', secret, [name]: wrong[name] };
      expectNoCanary(await rejectionOf(Promise.resolve().then(() => createCrossAppClient(options))));
    }
  });
});

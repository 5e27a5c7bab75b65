import jwt from 'jsonwebtoken';
import { postJson, startTestDemo } from './test-demo.js';
import type { TestDemo } from './test-demo.js';

const ORGANIZER = { email: 'organizer@example.com', password: 'demo' };
let demo: TestDemo;

beforeAll(async () => {
  demo = await startTestDemo();
});

afterAll(async () => {
  await demo.stop();
});

async function logIn(body: unknown = ORGANIZER): Promise<Response> {
  return postJson(`${demo.tuvensUrl}/api/auth/login`, body);
}

async function accessToken(body: unknown = ORGANIZER): Promise<string> {
  const { access_token } = (await (await logIn(body)).json()) as { access_token: string };
  return access_token;
}

function generateSession(token: string, body: unknown = {}): Promise<Response> {
  const url = `${demo.tuvensUrl}/api/cross-app/generate-session`;
  return postJson(url, body, { authorization: `Bearer ${token}` });
}

it('gives an access token for ten minutes', async () => {
  const reply = await logIn();
  expect(reply.status).toBe(200);
  expect(reply.headers.get('cache-control')).toBe('no-store');
  const { access_token } = (await reply.json()) as { access_token: string };
  const { exp = 0, iat = 0 } = jwt.decode(access_token, { json: true }) ?? {};
  expect(exp - iat).toBe(600);
});

it.each([
  [401, { email: 'organizer@example.com', password: 'wrong' }],
  [401, { email: 'nobody@example.com', password: 'demo' }],
  [401, { email: ['organizer@example.com'], password: { demo: true } }],
  [401, []],
  [400, '{'],
  [413, { email: 'x'.repeat(10_000) }],
])('answers %i as JSON to the login %j', async (status, body) => {
  const reply = await logIn(body);
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await reply.json()).toEqual({ statusCode: status, message: expect.any(String) as string });
});

it('generates a session for the bearer, which Hi.Events validates once', async () => {
  const reply = await generateSession(await accessToken(), { account_id: 2 });
  expect(reply.status).toBe(200);
  const { session_token } = (await reply.json()) as { session_token: string };
  const validate = (): Promise<Response> =>
    postJson(
      `${demo.tuvensUrl}/api/cross-app/validate-session`,
      { session_token },
      { 'x-shared-secret': demo.sharedSecret },
    );
  const first = await validate();
  expect(await first.json()).toMatchObject({ valid: true, name: 'Demo Organizer', account_id: '2' });
  const second = await validate();
  expect(second.status).toBe(404);
  expect(await second.json()).toMatchObject({ valid: false });
});

it.each([[2], ['999'], ['abc'], ['00000000-0000-0000-0000-000000000001']])(
  'refuses a session for account %j, of which the bearer is no member',
  async (account_id) => {
    const token = await accessToken({ email: 'member@example.com', password: 'demo' });
    expect((await generateSession(token, { account_id })).status).toBe(403);
  },
);

describe('answers for who has arrived', () => {
  const post = async (path: string, body: object): Promise<unknown> => {
    const secret = { 'x-shared-secret': demo.sharedSecret };
    return (await postJson(`${demo.tuvensUrl}/api/cross-app/${path}`, body, secret)).json();
  };

  async function arrive(email: string, account_id: number | null): Promise<string> {
    const token = await accessToken({ email, password: 'demo' });
    const { session_token } = (await (await generateSession(token, { account_id })).json()) as {
      session_token: string;
    };
    await post('validate-session', { session_token });
    return session_token;
  }

  it('which accounts there are', async () => {
    const token = await arrive('organizer@example.com', 2);
    const headers = { 'x-shared-secret': demo.sharedSecret, 'x-session-token': token };
    const reply = await fetch(`${demo.tuvensUrl}/api/cross-app/user-accounts`, { headers });
    expect(await reply.json()).toEqual({
      accounts: [
        { id: '2', name: 'Night Market Collective', slug: 'night-market' },
        { id: '1', name: 'Riverside Hall', slug: 'riverside-hall' },
      ],
    });
  });

  it.each([
    { email: 'member@example.com', accountId: 1, permission: 'tickets:sell', isAllowed: true },
    { email: 'member@example.com', accountId: 1, permission: 'accounts:delete', isAllowed: false },
    { email: 'test@example.com', accountId: null, permission: 'tickets:sell', isAllowed: false },
  ])('what they may do: %j', async ({ email, accountId, permission, isAllowed }) => {
    const session_token = await arrive(email, accountId);
    const reply = await post('validate-permission', { session_token, permission });
    expect(reply).toEqual({ has_permission: isAllowed });
  });
});

it('says that it is not well when it cannot read its table', async () => {
  const health = async (): Promise<number> => (await fetch(`${demo.tuvensUrl}/api/cross-app/health`)).status;
  expect(await health()).toBe(200);
  await demo.knex.schema.renameTable('cross_app_sessions', 'away');
  expect(await health()).toBe(503);
  await demo.knex.schema.renameTable('away', 'cross_app_sessions');
  expect(await health()).toBe(200);
});

describe('refuses a bearer token', () => {
  it('that somebody else signed', async () => {
    const options = { subject: '1', issuer: 'tuvens', audience: 'tuvens-api', expiresIn: 600 };
    const foreign = jwt.sign({}, 'x'.repeat(32), options);
    expect((await generateSession(foreign)).status).toBe(401);
  });

  it('that nobody signed', async () => {
    const [, payload] = (await accessToken()).split('.');
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    expect((await generateSession(`${header}.${String(payload)}.`)).status).toBe(401);
  });

  it('whose payload was changed', async () => {
    const [header, payload, signature] = (await accessToken()).split('.');
    const claims = JSON.parse(Buffer.from(String(payload), 'base64url').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: '2' })).toString('base64url');
    expect((await generateSession([header, changed, signature].join('.'))).status).toBe(401);
  });

  it('whose user was deleted', async () => {
    await demo.knex('users').insert({ email: 'gone@example.com', name: 'Gone' });
    const token = await accessToken({ email: 'gone@example.com', password: 'demo' });
    await demo.knex('users').where({ email: 'gone@example.com' }).delete();
    expect((await generateSession(token)).status).toBe(401);
  });
});

it('answers unknown calls as JSON', async () => {
  const reply = await fetch(`${demo.tuvensUrl}/api/cross-app/nothing`);
  expect(reply.status).toBe(404);
  expect(await reply.json()).toEqual({ statusCode: 404, message: 'There is no such page.' });
});

it('logs codes, and neither passwords nor tokens', async () => {
  const token = await accessToken();
  await generateSession(token.slice(0, -4));
  const log = demo.log.join('\n');
  expect(log).toContain('user_unauthenticated');
  expect(log).not.toContain('wrong');
  expect(log).not.toContain(token.slice(0, 40));
});

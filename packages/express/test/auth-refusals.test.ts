import { createHash, randomUUID } from 'node:crypto';
import request from 'supertest';
import { CrossAppError, makeToken, TOKEN_LENGTH } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import { openTestStore, TARGET_APP } from './store.js';
import type { TestStore } from './store.js';
import { createTargetApp, LANDING } from './target-app.js';

// What a browser gets to see of a refusal, from Express' own error handler.

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

interface Seen {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly logged: string;
}

/** Posts the token to an app of that environment, which logs errors with `console.error`. */
async function post(env: string, token: string, sessions: Pick<CrossAppSessions, 'redeem'>): Promise<Seen> {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const app = createTargetApp(sessions).set('env', env);
  const { status, headers, text } = await request(app).post(LANDING).send({ session_token: token });
  await new Promise(setImmediate);
  const logged = log.mock.calls.flat().join('\n');
  log.mockRestore();
  return { status, headers: { ...(headers as Record<string, string>), date: '' }, text, logged };
}

const unknownToken = () =>
  makeToken({
    randomBytes: crypto.getRandomValues(new Uint8Array(32)),
    expiresAtSeconds: Math.ceil(Date.now() / 1000) + 60,
  });

const REFUSED: Record<string, () => Promise<string> | string> = {
  unknown: unknownToken,
  expired: async () => {
    const token = await store.issueToken();
    const past = { created_at: new Date(Date.now() - 9000), expires_at: new Date(Date.now() - 5000) };
    const tokenHash = createHash('sha256').update(token).digest('hex');
    await store.knex('cross_app_sessions').where({ token_hash: tokenHash }).update(past);
    return token;
  },
  'expired long ago': () =>
    makeToken({ randomBytes: new Uint8Array(32), expiresAtSeconds: Math.ceil(Date.now() / 1000) - 86_400 }),
  used: async () => {
    const token = await store.issueToken();
    await store.sessions.redeem(token, { targetApp: TARGET_APP, redemptionId: randomUUID() });
    return token;
  },
  revoked: async () => {
    const token = await store.issueToken();
    await store.sessions.revoke(token);
    return token;
  },
  'for another app': () => store.issueToken({ targetApp: 'other' }),
  'bound to a verifier': () =>
    store.issueToken({ codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }),
};

describe.each(['production', 'development', 'test'])('a refusal in %s', (env) => {
  it('is the same to the byte whatever the reason', async () => {
    const seen: Seen[] = [];
    const reasons = new Set<string>();
    store.sessions.on('rejected', ({ reason }) => {
      reasons.add(reason);
    });
    for (const makeRefused of Object.values(REFUSED)) {
      seen.push(await post(env, await makeRefused(), store.sessions));
    }
    expect(seen).toHaveLength(7);
    expect(reasons.size).toBe(6);
    expect(new Set(seen.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(seen[0]).toMatchObject({
      status: 401,
      headers: { 'cache-control': 'no-store', 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  });

  it('shows neither the token nor a stack, and neither does the log', async () => {
    for (const token of [unknownToken(), 'x'.repeat(TOKEN_LENGTH), `${unknownToken()}x`]) {
      const { text, headers, logged } = await post(env, token, store.sessions);
      const everything = text + JSON.stringify(headers) + logged;
      expect(everything).not.toContain(token.slice(0, 16));
      expect(everything).not.toMatch(/\.(ts|js)\b|node_modules|&nbsp; at /);
    }
  });

  it('is 503 with Retry-After when the sessions break, and hides how', async () => {
    const broken = { redeem: () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432')) };
    const { status, headers, text, logged } = await post(env, unknownToken(), broken);
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    expect(text + logged).not.toContain('ECONNREFUSED');
  });
});

describe('sessions that do not answer as they should', () => {
  it.each<[string, () => Promise<never>]>([
    [
      'throw at once',
      () => {
        throw new TypeError('boom');
      },
    ],
    [
      'reject with an error that has a status',
      () => Promise.reject(Object.assign(new Error('no'), { status: 200 })),
    ],
    ['reject with no error at all', () => Promise.reject(Object.create(null) as Error)],
  ])('let nobody in: they %s', async (_, redeem) => {
    const app = createTargetApp({ redeem });
    const { text } = await request(app).post(LANDING).send({ session_token: unknownToken() }).expect(503);
    expect(text).toContain('This sign-in is not available.');
  });

  it('let nobody in when there is no database', async () => {
    const other = await openTestStore();
    await other.close();
    const app = createTargetApp(other.sessions);
    const { headers } = await request(app).post(LANDING).send({ session_token: unknownToken() }).expect(503);
    expect(headers).toMatchObject({ 'retry-after': '1' });
  });
});

it('does not ask the person for a password when the issuer refuses the secret of this app', async () => {
  const sessions = { redeem: () => Promise.reject(new CrossAppError('client_unauthenticated')) };
  const { status, headers } = await post('production', unknownToken(), sessions);
  expect(status).toBe(503);
  expect(headers).not.toHaveProperty('www-authenticate');
  expect(headers).toMatchObject({ 'retry-after': '1' });
});

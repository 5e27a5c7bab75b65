import request from 'supertest';
import { CrossAppError, isRedemptionId } from '@cross-app/protocol';
import type { CrossAppSessions, RedeemRequest } from '@cross-app/protocol';
import { crossAppAuth } from '../src/index.js';
import { ACME, ADA, openTestStore, TARGET_APP } from './store.js';
import type { TestStore } from './store.js';
import { createTargetApp, LANDING } from './target-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

/** The real sessions, and what they were asked. */
function listen(): { sessions: Pick<CrossAppSessions, 'redeem'>; requests: RedeemRequest[] } {
  const requests: RedeemRequest[] = [];
  const redeem: CrossAppSessions['redeem'] = (token, asked) => {
    requests.push(asked);
    return store.sessions.redeem(token, asked);
  };
  return { sessions: { redeem }, requests };
}

describe('crossAppAuth', () => {
  it('says who arrived: the session, the user and the account', async () => {
    const token = await store.issueToken({ payload: { event: 'gala' }, permissions: ['events:write'] });
    const { body } = await request(createTargetApp(store.sessions))
      .post(LANDING)
      .send({ session_token: token })
      .expect(200);
    expect(body).toMatchObject({
      session: { userId: ADA.id, payload: { event: 'gala' }, permissions: ['events:write'] },
      user: ADA,
      account: ACME,
    });
  });

  it('gives a null account to a handoff that names none', async () => {
    const token = await store.issueToken({ accountId: null });
    const { body } = await request(createTargetApp(store.sessions))
      .post(LANDING)
      .send({ session_token: token });
    expect(body).toMatchObject({ user: ADA, account: null });
  });

  it.each([
    ['success', 200],
    ['a refusal', 401],
  ])('keeps the reply out of caches and the page out of Referer, on %s', async (_, status) => {
    const token = await store.issueToken({ targetApp: status === 200 ? TARGET_APP : 'other' });
    const { headers } = await request(createTargetApp(store.sessions))
      .post(LANDING)
      .send({ session_token: token })
      .expect(status);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  it('lets exactly one of 20 simultaneous POSTs of a token in', async () => {
    const token = await store.issueToken();
    const server = createTargetApp(store.sessions).listen(0);
    try {
      const post = () => request(server).post(LANDING).send({ session_token: token });
      const replies = await Promise.all(Array.from({ length: 20 }, post));
      const statuses = replies.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array<number>(19).fill(401)]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('picks a redemption id for each request, so that a repeated POST is a replay', async () => {
    const token = await store.issueToken();
    const { sessions, requests } = listen();
    const app = createTargetApp(sessions);
    await request(app).post(LANDING).send({ session_token: token }).expect(200);
    await request(app).post(LANDING).send({ session_token: token }).expect(401);
    const ids = requests.map(({ redemptionId }) => redemptionId);
    expect(ids.every(isRedemptionId)).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });

  it('records the user agent and the address of the connection', async () => {
    const { sessions, requests } = listen();
    await request(createTargetApp(sessions))
      .post(LANDING)
      .set('User-Agent', 'Browser/1')
      .set('X-Forwarded-For', '203.0.113.9')
      .send({ session_token: await store.issueToken() })
      .expect(200);
    expect(requests).toMatchObject([
      { userAgent: 'Browser/1', ipAddress: expect.stringContaining('127.0.0.1') },
    ]);
  });

  it('believes a forwarded address only where the host trusts its proxy', async () => {
    const { sessions, requests } = listen();
    const app = createTargetApp(sessions).set('trust proxy', 'loopback');
    await request(app)
      .post(LANDING)
      .set('X-Forwarded-For', '203.0.113.9')
      .send({ session_token: await store.issueToken() })
      .expect(200);
    expect(requests).toMatchObject([{ ipAddress: '203.0.113.9' }]);
  });
});

describe('crossAppAuth, asked by anything but POST', () => {
  it.each(['get', 'head', 'put', 'patch', 'delete', 'options'] as const)(
    'refuses %s, reads nothing and uses nothing up',
    async (method) => {
      const token = await store.issueToken();
      const app = createTargetApp(store.sessions);
      const url = `${LANDING}?session_token=${token}&_method=POST`;
      const queries = await store.countQueries(async () => {
        const prefetch = { 'X-Session-Token': token, 'X-HTTP-Method-Override': 'POST', Purpose: 'prefetch' };
        await request(app)[method](url).set(prefetch).expect(405).expect('Allow', 'POST');
      });
      expect(queries).toBe(0);
      await request(app).post(LANDING).send({ session_token: token }).expect(200);
    },
  );
});

describe('crossAppAuth, refusing', () => {
  it('hands the error of sessions on as it is', async () => {
    const error = new CrossAppError('rate_limited', { retryAfterSeconds: 7 });
    const app = createTargetApp({ redeem: () => Promise.reject(error) });
    const { headers } = await request(app).post(LANDING).send({ session_token: 'x' }).expect(429);
    expect(headers).toMatchObject({ 'retry-after': '7', 'cache-control': 'no-store' });
  });

  it('leaves the token to its own app when another one asks', async () => {
    const token = await store.issueToken({ targetApp: 'other' });
    await request(createTargetApp(store.sessions)).post(LANDING).send({ session_token: token }).expect(401);
    await expect(store.sessions.redeem(token, { targetApp: 'other' })).resolves.toMatchObject({ user: ADA });
  });

  it('leaves a bound token to the browser that has the verifier', async () => {
    const token = await store.issueToken({ codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' });
    await request(createTargetApp(store.sessions)).post(LANDING).send({ session_token: token }).expect(401);
    const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const redeemed = store.sessions.redeem(token, { targetApp: TARGET_APP, codeVerifier });
    await expect(redeemed).resolves.toMatchObject({ user: ADA });
  });
});

describe('crossAppAuth, given options that cannot work', () => {
  const sessions = { redeem: () => Promise.reject(new CrossAppError('token_unknown')) };
  it.each([
    ['nothing', undefined, 'takes an object with sessions, targetApp'],
    ['a key that nobody reads', { sessions, targetApp: 'a', audience: 'a' }, 'no option "audience"'],
    ['no sessions', { targetApp: 'a' }, 'createCrossAppSessions'],
    ['sessions without redeem', { sessions: {}, targetApp: 'a' }, 'sessions has no redeem()'],
    ['no target app', { sessions }, 'targetApp must be'],
    ['a target app that is no id', { sessions, targetApp: 'hi events' }, 'targetApp must be'],
  ])('refuses %s at once', (_, options, message) => {
    const construct = () => crossAppAuth(options as Parameters<typeof crossAppAuth>[0]);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(message);
  });
});

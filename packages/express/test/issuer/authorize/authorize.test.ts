import request from 'supertest';
import type { IssueRequest } from '@cross-app/protocol';
import { createSourceApp, GENERATE, issuerOptions, LANDING, OTHER_APP, SIGNED_IN } from '../../issuer-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from '../../store.js';
import type { TestStore } from '../../store.js';
import {
  asked,
  authorizeOptions,
  COOKIE,
  createAuthorizingApp,
  ORIGIN,
  expectBack,
  VERIFIER,
  visit,
} from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const OTHER_LANDING = 'https://tickets.example/land?app=tickets&v=a%20b';

/** How long the newest token lives, in seconds. */
async function newestLife(): Promise<number> {
  const { rows } = await store.knex.raw<{ rows: { life: string }[] }>(
    'SELECT extract(epoch FROM expires_at - created_at) AS life FROM cross_app_sessions ORDER BY id DESC LIMIT 1',
  );
  return Number(rows[0]?.life);
}

describe('GET /authorize', () => {
  it('sends the browser back with a token that only its verifier redeems, state and iss', async () => {
    const { landing, token, result } = expectBack(await visit(createAuthorizingApp(store.sessions)));
    expect(landing).toBe(LANDING);
    expect(result).toEqual({ session_token: token, state: 'the-state', iss: ORIGIN });

    const redeem = (proof?: string) =>
      store.sessions.redeem(token, { targetApp: TARGET_APP, codeVerifier: proof });
    await expect(redeem()).rejects.toMatchObject({ code: 'verifier_mismatch' });
    await expect(redeem(`${VERIFIER}x`)).rejects.toMatchObject({ code: 'verifier_mismatch' });
    const redeemed = { user: ADA, account: ACME, session: { payload: null } };
    await expect(redeem(VERIFIER)).resolves.toMatchObject(redeemed);
  });

  it('makes a token of 60 seconds where those of generate-session live 900', async () => {
    const app = createAuthorizingApp(store.sessions);
    await visit(app).expect(303);
    expect(await newestLife()).toBeGreaterThan(58);
    expect(await newestLife()).toBeLessThan(62);
    await request(app).post(GENERATE).set(SIGNED_IN).send({}).expect(200);
    expect(await newestLife()).toBeGreaterThan(890);
  });

  it('makes a token of ttlSeconds', async () => {
    await visit(createAuthorizingApp(store.sessions, { authorize: { ttlSeconds: 300 } })).expect(303);
    expect(await newestLife()).toBeGreaterThan(295);
    expect(await newestLife()).toBeLessThan(305);
  });

  it('sends along what the person may do for the account', async () => {
    const permissions = jest.fn(() => ['events:create']);
    const app = createAuthorizingApp(store.sessions, { authorize: { permissions } });
    const { token } = expectBack(await visit(app));
    const { session } = await store.sessions.redeem(token, { targetApp: TARGET_APP, codeVerifier: VERIFIER });
    expect(session.permissions).toEqual(['events:create']);
    expect(permissions).toHaveBeenCalledWith(ADA, ACME.id);
  });

  it('sends the payload along with the token, past the browser', async () => {
    const payload = jest.fn(() => Promise.resolve({ event: 'gala' }));
    const app = createAuthorizingApp(store.sessions, { authorize: { payload } });
    const { token } = expectBack(await visit(app));
    const { session } = await store.sessions.redeem(token, {
      targetApp: TARGET_APP,
      codeVerifier: VERIFIER,
    });
    expect(session.payload).toEqual({ event: 'gala' });
    expect(payload).toHaveBeenCalledWith(ADA, expect.objectContaining({ method: 'GET' }));
  });

  it('issues for the app that asks, and keeps the query of its landing as it is registered', async () => {
    const { apps } = authorizeOptions(store.sessions);
    const app = createAuthorizingApp(store.sessions, {
      apps: { ...apps, [OTHER_APP]: { redirectUris: ['https://tickets.example/', OTHER_LANDING] } },
    });
    const reply = await visit(app, asked({ client_id: OTHER_APP, redirect_uri: OTHER_LANDING }));
    expect(reply.headers['location']).toMatch(`${OTHER_LANDING}&session_token=handoff_`);
    const token = new URL(reply.headers['location'] ?? '').searchParams.get('session_token') ?? '';
    const redeemed = store.sessions.redeem(token, { targetApp: OTHER_APP, codeVerifier: VERIFIER });
    await expect(redeemed).resolves.toMatchObject({ user: ADA });
  });

  it('keeps the user agent and the address for audits', async () => {
    const issue = jest.fn((order: IssueRequest) => store.sessions.issue(order));
    const app = createAuthorizingApp({ ...store.sessions, issue });
    await visit(app).set('User-Agent', 'Browser/1').set('X-Forwarded-For', '203.0.113.9').expect(303);
    expect(issue).toHaveBeenCalledWith(
      expect.objectContaining({ userAgent: 'Browser/1', ipAddress: expect.stringContaining('127.0.0.1') }),
    );
  });

  it('takes whoever currentUser names, and never what authenticate would take', async () => {
    const app = createAuthorizingApp(store.sessions);
    const before = await store.countRows();
    const reply = await visit(app).set('Cookie', 'sid=nobody').set(SIGNED_IN).expect(303);
    expect(reply.headers['location']).toMatch(/^https:\/\/tuvens\.com\/login\?/);
    // And generate-session does not take the cookie.
    await request(app).post(GENERATE).set('Cookie', COOKIE).send({}).expect(401);
    expect(await store.countRows()).toEqual(before);
  });

  it('is left to the host without the option', async () => {
    const app = createSourceApp(issuerOptions(store.sessions)).use((_req, res) => {
      res.send('the host');
    });
    const { text } = await visit(app).expect(200);
    expect(text).toBe('the host');
  });

  it('says nothing to scripts of other origins, those that may call the API too', async () => {
    const origins = ['https://app.tuvens.com'];
    const app = createAuthorizingApp(store.sessions, { origins });
    const reply = await visit(app).set('Origin', 'https://app.tuvens.com').expect(303);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

import request from 'supertest';
import { parseToken } from '@cross-app/protocol';
import type { IssueRequest } from '@cross-app/protocol';
import { createSourceApp, generate, GENERATE, issuerOptions, OTHER_APP, SIGNED_IN } from '../issuer-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = () => createSourceApp(issuerOptions(store.sessions));

describe('generate-session', () => {
  it('answers with a token that signs its user in, and nothing else', async () => {
    const { body, headers } = await generate(createApp(), { account_id: 7 }).expect(200);
    expect(body).toEqual({
      session_token: expect.any(String),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      account_id: ACME.id,
    });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    });
    const { session_token: token, expires_at: expiresAt } = body as Record<string, string>;
    expect(parseToken(token)?.expiresAtSeconds).toBe(Date.parse(expiresAt ?? '') / 1000);
    const redeemed = store.sessions.redeem(token ?? '', { targetApp: TARGET_APP });
    await expect(redeemed).resolves.toMatchObject({ user: ADA, account: ACME });
  });

  it.each([[{}], [{ account_id: null }]])('leaves account_id out of the reply to %j', async (body) => {
    const reply = await generate(createApp(), body).expect(200);
    expect(Object.keys(reply.body as object)).toEqual(['session_token', 'expires_at']);
  });

  it('takes an empty body for one without fields', async () => {
    const { body } = await request(createApp()).post(GENERATE).set(SIGNED_IN).type('json').expect(200);
    expect(body).toHaveProperty('session_token');
  });

  it('issues for the app that target_app names', async () => {
    const { body } = await generate(createApp(), { target_app: OTHER_APP }).expect(200);
    const { session_token: token } = body as { session_token: string };
    await expect(store.sessions.redeem(token, { targetApp: OTHER_APP })).resolves.toMatchObject({
      user: ADA,
    });
  });

  it('issues for defaultTargetApp when target_app is not sent', async () => {
    const app = createSourceApp(issuerOptions(store.sessions, { defaultTargetApp: OTHER_APP }));
    const { body } = await generate(app).expect(200);
    const { session_token: token } = body as { session_token: string };
    await expect(store.sessions.redeem(token, { targetApp: OTHER_APP })).resolves.toMatchObject({
      user: ADA,
    });
  });

  it('sends event_data along, and binds the token to code_challenge', async () => {
    const { body } = await generate(createApp(), {
      event_data: { name: 'Gala', tags: ['x', null] },
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    }).expect(200);
    const { session_token: token } = body as { session_token: string };
    await expect(store.sessions.redeem(token, { targetApp: TARGET_APP })).rejects.toMatchObject({
      code: 'verifier_mismatch',
    });
    const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const { session } = await store.sessions.redeem(token, { targetApp: TARGET_APP, codeVerifier });
    expect(session.payload).toEqual({ name: 'Gala', tags: ['x', null] });
  });

  it('keeps the user agent and the address for audits', async () => {
    const asked: IssueRequest[] = [];
    const issue: TestStore['sessions']['issue'] = (issueRequest) => {
      asked.push(issueRequest);
      return store.sessions.issue(issueRequest);
    };
    const app = createSourceApp(issuerOptions({ ...store.sessions, issue }));
    await generate(app).set('User-Agent', 'Browser/1').set('X-Forwarded-For', '203.0.113.9').expect(200);
    expect(asked).toMatchObject([
      { userId: ADA.id, userAgent: 'Browser/1', ipAddress: expect.stringContaining('127.0.0.1') },
    ]);
  });

  it('ignores fields that it does not know, a user_id among them', async () => {
    const { body } = await generate(createApp(), { user_id: '2', ttl_seconds: 1 }).expect(200);
    const { session_token: token } = body as { session_token: string };
    await expect(store.sessions.redeem(token, { targetApp: TARGET_APP })).resolves.toMatchObject({
      user: ADA,
    });
  });
});

describe('generate-session, refusing', () => {
  it('answers 401 when nobody is signed in, whatever the body', async () => {
    for (const body of ['{}', '{"account_id":"0x10"}', '{broken']) {
      const reply = await request(createApp()).post(GENERATE).type('json').send(body).expect(401);
      expect(reply.body).toMatchObject({ statusCode: 401, origin: { code: 'user_unauthenticated' } });
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('answers 403 for an account of somebody else, and writes no row', async () => {
    const before = await store.countRows();
    const reply = await generate(createApp(), { account_id: '8' }).expect(403);
    expect(reply.body).toMatchObject({ statusCode: 403, origin: { code: 'account_forbidden' } });
    expect(await store.countRows()).toEqual(before);
  });

  it('answers 400 for the default target app when it is not one of apps', async () => {
    const apps = { tickets: { secrets: ['tickets-secret-0123456789abcdefgh'] } };
    const app = createSourceApp(issuerOptions(store.sessions, { apps }));
    const { body } = await generate(app).expect(400);
    expect(body).toMatchObject({ origin: { code: 'invalid_argument' } });
    await generate(app, { target_app: 'tickets' }).expect(200);
  });

  it('answers 400 for a user who does not exist', async () => {
    const app = createSourceApp(issuerOptions(store.sessions, { authenticate: () => ({ id: 999 }) }));
    const { body } = await generate(app).expect(400);
    expect(body).toMatchObject({ origin: { code: 'invalid_argument' } });
  });
});

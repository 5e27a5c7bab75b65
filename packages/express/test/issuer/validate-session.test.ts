import { randomUUID } from 'node:crypto';
import type { WireError } from '@cross-app/protocol';
import {
  createSourceApp,
  issuerOptions,
  NEXT_SECRET,
  OTHER_APP,
  OTHER_SECRET,
  SECRET,
  validate,
} from '../issuer-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = () => createSourceApp(issuerOptions(store.sessions));
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

describe('validate-session', () => {
  it('redeems the token and says who arrived, in the words of the wire', async () => {
    const token = await store.issueToken({ permissions: ['events:write'], payload: { event: 'gala' } });
    const { body, headers } = await validate(createApp(), { session_token: token }).expect(200);
    expect(body).toEqual({
      valid: true,
      user_id: ADA.id,
      email: ADA.email,
      name: ADA.name,
      account_id: ACME.id,
      user_data: { account_id: ACME.id, email: ADA.email, name: ADA.name, permissions: ['events:write'] },
      permissions: ['events:write'],
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      source_app: 'tuvens',
      event_data: { event: 'gala' },
    });
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  it('answers a retry with the same redemption_id alike, and a replay with 404', async () => {
    const call = { session_token: await store.issueToken(), redemption_id: randomUUID() };
    const first = await validate(createApp(), call).expect(200);
    const again = await validate(createApp(), call).expect(200);
    expect(again.body).toEqual(first.body);
    await validate(createApp(), { ...call, redemption_id: randomUUID() }).expect(404);
  });

  it('takes every call without redemption_id for a redemption of its own', async () => {
    const call = { session_token: await store.issueToken() };
    await validate(createApp(), call).expect(200);
    const { body } = await validate(createApp(), call).expect(404);
    expect(body).toMatchObject({ valid: false });
    await validate(createApp(), { ...call, redemption_id: randomUUID() }).expect(404);
  });

  it('lets exactly one of 20 simultaneous calls have the token', async () => {
    const token = await store.issueToken();
    const app = createApp();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => validate(app, { session_token: token })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(404)]);
  });

  it('takes a bound token with its verifier only, and a wrong one uses nothing up', async () => {
    const token = await store.issueToken({ codeChallenge: CHALLENGE });
    await validate(createApp(), { session_token: token }).expect(404);
    await validate(createApp(), { session_token: token, code_verifier: 'x'.repeat(43) }).expect(404);
    const { body } = await validate(createApp(), { session_token: token, code_verifier: VERIFIER }).expect(
      200,
    );
    expect(body).toMatchObject({ user_id: ADA.id });
  });

  it('lets an app redeem the tokens for itself only, whatever the body says', async () => {
    const token = await store.issueToken();
    await validate(createApp(), { session_token: token, target_app: TARGET_APP }, OTHER_SECRET).expect(404);
    await validate(createApp(), { session_token: token }).expect(200);
    const other = await store.issueToken({ targetApp: OTHER_APP });
    const { body } = await validate(createApp(), { session_token: other }, OTHER_SECRET).expect(200);
    expect(body).toMatchObject({ user_id: ADA.id });
  });

  it.each([SECRET, NEXT_SECRET])('takes every secret of the app while it changes over', async (secret) => {
    const { body } = await validate(createApp(), { session_token: await store.issueToken() }, secret);
    expect(body).toMatchObject({ valid: true });
  });
});

describe('validate-session, refusing', () => {
  it('gives one reply for every reason but the timestamp', async () => {
    const used = await store.issueToken();
    await store.sessions.redeem(used, { targetApp: TARGET_APP });
    const revoked = await store.issueToken();
    await store.sessions.revoke(revoked);
    const unknown = await store.issueToken();
    await store
      .knex('cross_app_sessions')
      .orderBy('id', 'desc')
      .whereNull('used_at')
      .whereNull('revoked_at')
      .del();
    const tokens = [
      used,
      revoked,
      unknown,
      await store.issueToken({ targetApp: OTHER_APP }),
      await store.issueToken({ codeChallenge: CHALLENGE }),
    ];
    const reasons: unknown[] = [];
    store.sessions.on('rejected', ({ reason }) => {
      reasons.push(reason);
    });

    const seen = new Set<string>();
    for (const token of tokens) {
      const { status, headers, body } = await validate(createApp(), { session_token: token });
      const rest = { ...(headers as object), date: '', 'x-ratelimit-reset': '' };
      seen.add(JSON.stringify({ status, rest, body: { ...(body as WireError), timestamp: '' } }));
    }
    expect(reasons.sort()).toEqual([
      'target_mismatch',
      'token_revoked',
      'token_unknown',
      'token_used',
      'verifier_mismatch',
    ]);
    expect(seen.size).toBe(1);
    const [only = ''] = seen;
    expect(JSON.parse(only)).toMatchObject({
      status: 404,
      body: {
        valid: false,
        statusCode: 404,
        timestamp: '',
        path: '/api/cross-app/validate-session',
        message: expect.any(String),
        origin: { message: expect.any(String), code: 'invalid_token' },
      },
    });
  });

  it.each([
    ['no token', {}, 'token_missing'],
    ['null', { session_token: null }, 'token_malformed'],
    ['a number', { session_token: 5 }, 'token_malformed'],
    ['a list', { session_token: ['x'] }, 'token_malformed'],
    ['an empty text', { session_token: '' }, 'token_malformed'],
    ['another text', { session_token: 'handoff_x' }, 'token_malformed'],
  ])('answers 400 to %s, without a query', async (_, body, code) => {
    const queries = await store.countQueries(async () => {
      const reply = await validate(createApp(), body).expect(400);
      expect(reply.body).toMatchObject({ statusCode: 400, origin: { code } });
    });
    expect(queries).toBe(0);
  });

  it.each([
    ['redemption_id', { redemption_id: 'x' }],
    ['redemption_id', { redemption_id: '00000000-0000-0000-0000-000000000000' }],
    ['code_verifier', { code_verifier: 'short' }],
    ['code_verifier', { code_verifier: ['x'.repeat(43)] }],
  ])('answers 400 to a wrong %s and uses nothing up', async (field, fields) => {
    const token = await store.issueToken();
    const { body } = await validate(createApp(), { session_token: token, ...fields }).expect(400);
    expect((body as WireError).message).toContain(field);
    await validate(createApp(), { session_token: token }).expect(200);
  });
});

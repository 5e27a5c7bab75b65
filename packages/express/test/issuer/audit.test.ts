import { createAuditLog, readAudit } from '@cross-app/core';
import type { AuditLog } from '@cross-app/core';
import type { AuditRecorder } from '@cross-app/protocol';
import request from 'supertest';
import { createSourceApp, generate, issuerOptions, SECRET, VALIDATE, validate } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
let audit: AuditLog;
beforeAll(async () => {
  store = await openTestStore();
  audit = createAuditLog({ knex: store.knex });
});
beforeEach(() => store.knex('cross_app_audit').delete());
afterAll(async () => {
  await audit.close();
  await store.close();
});

const WRONG_SECRET = `wrong-${SECRET}`;

/** What is in the audit, oldest first. */
async function entries(): Promise<object[]> {
  await audit.flush();
  return (await readAudit(store.knex, {})).reverse();
}

it('has a wrong secret and a wrong sign-in, with where they came from and never what was sent', async () => {
  const app = createSourceApp(issuerOptions(store.sessions, { audit }));
  const token = await store.issueToken();
  await validate(app, { session_token: token }, WRONG_SECRET).set('User-Agent', 'Guess/1.0').expect(401);
  await generate(app).set('Authorization', 'Bearer canary').expect(401);

  const found = await entries();
  expect(found).toMatchObject([
    {
      event: 'credential_rejected',
      reason: 'client_unauthenticated',
      app: null,
      userId: null,
      ipAddress: '127.0.0.1',
      userAgent: 'Guess/1.0',
    },
    { event: 'credential_rejected', reason: 'user_unauthenticated' },
  ]);
  expect(JSON.stringify(found)).not.toMatch(new RegExp(`${WRONG_SECRET}|canary|${token}`));
});

it('has beside them what becomes of a token, in order', async () => {
  const stop = audit.watch(store.sessions);
  try {
    const app = createSourceApp(issuerOptions(store.sessions, { audit }));
    const { body } = await generate(app).expect(200);
    const { session_token } = body as { session_token: string };
    await validate(app, { session_token }, WRONG_SECRET).expect(401);
    await validate(app, { session_token }).expect(200);
    await validate(app, { session_token }).expect(404);
    expect(await entries()).toMatchObject([
      { event: 'issued', userId: '1', app: 'hi-events' },
      { event: 'credential_rejected', app: null },
      { event: 'redeemed', userId: '1', app: 'hi-events', ipAddress: '127.0.0.1' },
      { event: 'replayed', reason: 'token_used', app: 'hi-events' },
    ]);
  } finally {
    stop();
  }
});

it('has no more of a flood than the limit lets through', async () => {
  const app = createSourceApp(issuerOptions(store.sessions, { audit, limits: { credentialsPerMinute: 2 } }));
  for (const status of [401, 401, 429, 429]) await validate(app, {}, WRONG_SECRET).expect(status);
  expect(await entries()).toHaveLength(2);
});

it('is off by default', async () => {
  const app = createSourceApp(issuerOptions(store.sessions));
  await validate(app, {}, WRONG_SECRET).expect(401);
  expect(await entries()).toEqual([]);
});

it('cannot change a reply when it fails', async () => {
  const failing: AuditRecorder = {
    record() {
      throw new TypeError('disk full');
    },
  };
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
  const app = createSourceApp(issuerOptions(store.sessions, { audit: failing }));
  const { body } = await request(app).post(VALIDATE).send({}).expect(401);
  expect(body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
  expect(warned.mock.calls).toEqual([[expect.stringContaining('disk full'), 'CrossAppListenerWarning']]);
  warned.mockRestore();
});

import express from 'express';
import request from 'supertest';
import type * as Package from '../../src/index.js';
import { createSourceApp, generate, issuerOptions, SECRET, validate } from '../issuer-app.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';
import { createTargetApp, LANDING } from '../target-app.js';
import { BROKEN } from './broken-telemetry.js';
import { recordTelemetry, removeTelemetry } from './recorded-telemetry.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterEach(removeTelemetry);
afterAll(() => store.close());

async function expectCallsToWork(): Promise<void> {
  const app = createSourceApp(issuerOptions(store.sessions, { limits: false }));
  const { body } = await generate(app, { account_id: '7' }).expect(200);
  const token: unknown = body.session_token;
  // Without a redemption id each redeem is its own: work that had run twice would have been refused.
  await validate(app, { session_token: token }).expect(200);
  await validate(app, { session_token: token }).expect(404);
  const arrive = request(createTargetApp(store.sessions));
  const arriving = { session_token: await store.issueToken() };
  await arrive.post(LANDING).send(arriving).expect(200);
  await arrive.post(LANDING).send(arriving).expect(401);
  await expect(store.sessions.inspect(String(token), { targetApp: TARGET_APP })).rejects.toMatchObject({
    code: 'token_used',
  });
}

describe('calls are answered as ever', () => {
  it('without an SDK', async () => {
    await expectCallsToWork();
  });

  it.each(BROKEN)('when %s', async (_what, setUp) => {
    setUp();
    await expectCallsToWork();
  });

  it('where @opentelemetry/api is not installed', async () => {
    const telemetry = recordTelemetry();
    const { crossAppAuth, crossAppIssuer } = await loadWithoutApi();
    const issuer = express().use(crossAppIssuer(issuerOptions(store.sessions)));
    const validating = { session_token: await store.issueToken() };
    await request(issuer)
      .post('/validate-session')
      .set('x-shared-secret', SECRET)
      .send(validating)
      .expect(200);
    const auth = crossAppAuth({ sessions: store.sessions, targetApp: TARGET_APP });
    const target = express().use(auth, (_req, res) => void res.sendStatus(204));
    await request(target)
      .post('/')
      .send({ session_token: await store.issueToken() })
      .expect(204);
    expect(telemetry.spans()).toEqual([]);
  });
});

async function loadWithoutApi(): Promise<typeof Package> {
  jest.doMock('@opentelemetry/api', () => {
    throw new Error("Cannot find module '@opentelemetry/api'");
  });
  const loaded: { package?: typeof Package } = {};
  await jest.isolateModulesAsync(async () => {
    loaded.package = await import('../../src/index.js');
  });
  jest.dontMock('@opentelemetry/api');
  if (loaded.package === undefined) throw new Error('it was not loaded');
  return loaded.package;
}

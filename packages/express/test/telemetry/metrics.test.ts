import request from 'supertest';
import { METRICS } from '../../src/telemetry/names.js';
import { createSourceApp, generate, issuerOptions, validate } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createTargetApp, LANDING } from '../target-app.js';
import { pointsOf, recordTelemetry, removeTelemetry } from './recorded-telemetry.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterEach(removeTelemetry);
afterAll(() => store.close());

const point = (name: string, outcome: string, value: unknown) => ({
  attributes: { 'cross_app.call.name': name, 'cross_app.call.outcome': outcome },
  value,
});

describe('the metrics', () => {
  it('count calls by what they were and how they ended', async () => {
    const telemetry = recordTelemetry();
    const app = createSourceApp(issuerOptions(store.sessions));
    const token = await store.issueToken();
    await generate(app).expect(200);
    await generate(app, { account_id: '8' }).expect(403);
    await validate(app, { session_token: token }).expect(200);
    await validate(app, { session_token: token }).expect(404);
    await validate(app, { session_token: token }).expect(404);
    await request(createTargetApp(store.sessions)).get(LANDING).expect(405);
    const calls = (await telemetry.metrics()).get(METRICS.calls);
    expect(calls?.descriptor).toMatchObject({ unit: '{call}', type: 'COUNTER' });
    expect(pointsOf(calls)).toEqual([
      point('generate-session', 'ok', 1),
      point('generate-session', 'account_forbidden', 1),
      point('validate-session', 'ok', 1),
      point('validate-session', 'token_used', 2),
      point('redeem', 'method_not_allowed', 1),
    ]);
  });

  it('tell how long they took, in seconds', async () => {
    const telemetry = recordTelemetry();
    const startedAt = performance.now();
    const slow = { authenticate: () => new Promise<null>((resolve) => setTimeout(resolve, 20, null)) };
    await generate(createSourceApp(issuerOptions(store.sessions, slow))).expect(401);
    const seconds = (performance.now() - startedAt) / 1000;
    const duration = (await telemetry.metrics()).get(METRICS.duration);
    expect(duration?.descriptor).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    const [only] = pointsOf(duration);
    expect(only).toMatchObject(point('generate-session', 'user_unauthenticated', { count: 1 }));
    const { sum, buckets } = only?.value as { sum: number; buckets: { boundaries: number[] } };
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(seconds);
    expect(buckets.boundaries.slice(0, 3)).toEqual([0.005, 0.01, 0.025]);
  });

  it('begin when the host sets them up, even after the first call', async () => {
    const app = createSourceApp(issuerOptions(store.sessions));
    await generate(app).expect(200);
    const telemetry = recordTelemetry();
    await generate(app).expect(200);
    expect(pointsOf((await telemetry.metrics()).get(METRICS.calls))).toEqual([
      point('generate-session', 'ok', 1),
    ]);
  });
});

import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { createCrossAppClient } from '@cross-app/sdk';
import type { CrossAppClient } from '@cross-app/sdk';
import type { RequestHandler } from 'express';
import request from 'supertest';
import { crossAppAuth } from '../../src/index.js';
import {
  APP,
  createSourceApp,
  generate,
  HEALTH,
  issuerOptions,
  post,
  SECRET,
  VALIDATE,
  validate,
} from '../issuer-app.js';
import { serve } from '../serve.js';
import type { ServedApp } from '../serve.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';
import { createTargetApp, LANDING } from '../target-app.js';
import { recordTelemetry, removeTelemetry } from './recorded-telemetry.js';
import type { RecordedTelemetry } from './recorded-telemetry.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;
const redemption = { targetApp: TARGET_APP };

let store: TestStore;
let source: ServedApp;
let client: CrossAppClient;
let telemetry: RecordedTelemetry;
beforeAll(async () => {
  store = await openTestStore();
  source = await serve(createSourceApp(issuerOptions(store.sessions, { limits: false })));
  client = createCrossAppClient({
    baseUrl: `${source.url}/api/cross-app`,
    appId: TARGET_APP,
    secret: SECRET,
    traceHeaders() {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return carrier;
    },
  });
});
beforeEach(() => {
  telemetry = recordTelemetry();
});
afterEach(removeTelemetry);
afterAll(async () => {
  source.close();
  await store.close();
});

const app = () => createSourceApp(issuerOptions(store.sessions, { limits: false }));
const attributesOf = (name: string) => telemetry.span(`cross-app ${name}`).attributes;

/** Does the work within a span of the host. */
async function within<Result>(name: string, work: (span: Span) => Promise<Result>): Promise<Result> {
  return await trace.getTracer('host').startActiveSpan(name, async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });
}

/** What the host's HTTP instrumentation does. */
const instrumented: RequestHandler = (_req, res, next) => {
  trace.getTracer('host').startActiveSpan('POST', { kind: SpanKind.SERVER }, (span) => {
    res.on('finish', () => {
      span.end();
    });
    next();
  });
};

describe('the trace of a handoff', () => {
  it('goes on from a client with traceHeaders to the issuer', async () => {
    const token = await store.issueToken();
    const { spanContext } = await within('sign-in', async (span) => {
      await client.redeem(token, redemption);
      return { spanContext: span.spanContext() };
    });
    const span = telemetry.span('cross-app validate-session');
    expect(span.spanContext().traceId).toBe(spanContext.traceId);
    expect(span.parentSpanContext).toMatchObject({ spanId: spanContext.spanId, isRemote: true });
  });

  it('is one from the browser over the target app to the issuer', async () => {
    const body = { session_token: await store.issueToken() };
    await request(createTargetApp(client))
      .post(LANDING)
      .set('traceparent', TRACEPARENT)
      .send(body)
      .expect(200);
    const redeem = telemetry.span('cross-app redeem');
    const validated = telemetry.span('cross-app validate-session');
    expect(redeem.parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: PARENT_ID });
    expect(validated.parentSpanContext).toMatchObject({
      traceId: TRACE_ID,
      spanId: redeem.spanContext().spanId,
    });
    expect(telemetry.spans()).toHaveLength(2);
  });

  it('begins here without a traceparent, and with one that is none', async () => {
    await generate(app()).expect(200);
    const { status } = await generate(app()).set('traceparent', `00-${TRACE_ID}-x`);
    expect(status).toBe(200);
    expect(telemetry.spans()).toHaveLength(2);
    for (const span of telemetry.spans()) {
      expect(span.parentSpanContext).toBeUndefined();
      expect(span.kind).toBe(SpanKind.SERVER);
    }
  });
});

describe('the span of a call', () => {
  it("is within the host's own, whatever traceparent came with the request", async () => {
    const source = createSourceApp(issuerOptions(store.sessions), instrumented);
    await generate(source).set('traceparent', TRACEPARENT).expect(200);
    const token = await store.issueToken();
    await request(createTargetApp(store.sessions, instrumented))
      .post(LANDING)
      .send({ session_token: token })
      .expect(200);
    const hosts = telemetry.spans().filter(({ name }) => name === 'POST');
    const ours = ['cross-app generate-session', 'cross-app redeem'].map((name) => telemetry.span(name));
    expect(ours.map(({ parentSpanContext }) => parentSpanContext?.spanId).sort()).toEqual(
      hosts.map((span) => span.spanContext().spanId).sort(),
    );
    expect(ours.map(({ kind }) => kind)).toEqual([SpanKind.INTERNAL, SpanKind.INTERNAL]);
    expect(hosts).toHaveLength(2);
  });

  it("is active in the hooks of the issuer, and the host's own behind the middleware", async () => {
    const seen: unknown[] = [];
    const options = issuerOptions(store.sessions, {
      canUseAccount: async () => {
        await Promise.resolve();
        seen.push(trace.getActiveSpan()?.spanContext().spanId);
        return true;
      },
    });
    await generate(createSourceApp(options, instrumented), { account_id: '7' }).expect(200);
    expect(seen).toEqual([telemetry.span('cross-app generate-session').spanContext().spanId]);

    const target = createTargetApp(store.sessions, instrumented);
    const auth = crossAppAuth({ sessions: store.sessions, ...redemption });
    target.post('/other', auth, (_req, res) => {
      res.json(trace.getActiveSpan()?.spanContext().spanId);
    });
    const { body } = await request(target)
      .post('/other')
      .send({ session_token: await store.issueToken() })
      .expect(200);
    expect(body).toBe(telemetry.span('cross-app redeem').parentSpanContext?.spanId);
  });

  it('says which call it was, for which app, and that it was answered', async () => {
    const token: unknown = (await generate(app(), { account_id: '7' }).expect(200)).body.session_token;
    await validate(app(), { session_token: token }).expect(200);
    await request(app()).get(HEALTH).expect(200);
    const said = { 'cross_app.call.outcome': 'ok', 'cross_app.target_app': TARGET_APP };
    expect(attributesOf('generate-session')).toEqual({
      'cross_app.call.name': 'generate-session',
      ...said,
    });
    expect(attributesOf('validate-session')).toEqual({
      'cross_app.call.name': 'validate-session',
      ...said,
    });
    expect(attributesOf('health')).toEqual({
      'cross_app.call.name': 'health',
      'cross_app.call.outcome': 'ok',
    });
  });

  it('says why a token was refused, which the caller is not told, and is no error', async () => {
    const token = await store.redeemedToken();
    await validate(app(), { session_token: token }).expect(404);
    const { attributes, status, events } = telemetry.span('cross-app validate-session');
    expect(attributes).toEqual({
      'cross_app.call.name': 'validate-session',
      'cross_app.call.outcome': 'token_used',
      'cross_app.call.public_code': 'invalid_token',
      'cross_app.target_app': TARGET_APP,
    });
    expect({ status, events }).toEqual({ status: { code: SpanStatusCode.UNSET }, events: [] });
  });

  it('names no app that nobody has proved', async () => {
    await post(app(), VALIDATE, { caller: { 'x-shared-secret': 'x'.repeat(32) } }).expect(401);
    await generate(app(), { target_app: 'other' }).expect(400);
    expect(attributesOf('validate-session')).not.toHaveProperty('cross_app.target_app');
    expect(attributesOf('generate-session')).not.toHaveProperty('cross_app.target_app');
  });

  it('is an error when the call failed, without the message of the cause', async () => {
    const authenticate = () => Promise.reject(new TypeError('no such table'));
    await generate(createSourceApp(issuerOptions(store.sessions, { authenticate }))).expect(503);
    const { attributes, status, events } = telemetry.span('cross-app generate-session');
    expect(attributes).toEqual({
      'cross_app.call.name': 'generate-session',
      'cross_app.call.outcome': 'store_unavailable',
      'cross_app.call.public_code': 'store_unavailable',
      'error.type': 'store_unavailable',
    });
    expect({ status, events }).toEqual({ status: { code: SpanStatusCode.ERROR }, events: [] });
  });

  it('of the middleware says what became of the request', async () => {
    const post = (body: object) => request(createTargetApp(store.sessions)).post(LANDING).send(body);
    await post({ session_token: await store.redeemedToken() }).expect(401);
    expect(attributesOf('redeem')).toEqual({
      'cross_app.call.name': 'redeem',
      'cross_app.call.outcome': 'token_used',
      'cross_app.call.public_code': 'invalid_token',
      'cross_app.target_app': TARGET_APP,
    });
  });

  it('is not made for paths that are not ours, and for preflights', async () => {
    await request(app()).post('/api/cross-app/other').set(APP).expect(404);
    const options = issuerOptions(store.sessions, { origins: ['https://app.tuvens.com'] });
    await request(createSourceApp(options))
      .options(VALIDATE)
      .set({ Origin: 'https://app.tuvens.com', 'Access-Control-Request-Method': 'POST' })
      .expect(204);
    expect(telemetry.spans()).toEqual([]);
  });
});

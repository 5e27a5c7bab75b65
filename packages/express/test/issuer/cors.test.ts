import express from 'express';
import request from 'supertest';
import type { Test } from 'supertest';
import { allowOrigins } from '../../src/issuer/cors.js';
import { createSourceApp, GENERATE, issuerOptions, SIGNED_IN } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

const PAGE = 'https://app.tuvens.com';
const LOCAL = 'http://localhost:3000';
const FOREIGN = 'https://evil.example';

/** An app that answers 405 to OPTIONS, as the issuer does. */
function createApp(origins?: readonly string[]) {
  return express().use(allowOrigins(origins), (req, res) => {
    res.sendStatus(req.method === 'OPTIONS' ? 405 : 200);
  });
}

const preflight = (origins: readonly string[] | undefined, origin: string): Test =>
  request(createApp(origins)).options('/').set({
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'x-shared-secret',
  });
const corsHeaders = (headers: Record<string, string>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control'));

describe('a page of an allowed origin', () => {
  it.each([PAGE, LOCAL])('at %s is told what it may send', async (origin) => {
    const { headers } = await preflight([PAGE, LOCAL], origin).expect(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type,traceparent,tracestate,x-session-token',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('may read the limits', async () => {
    const { headers } = await request(createApp([PAGE]))
      .post('/')
      .set('Origin', PAGE)
      .expect(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers':
        'X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Reset,Retry-After',
      vary: 'Origin',
    });
  });
});

describe('a page of another origin', () => {
  it.each([
    FOREIGN,
    'null',
    'http://app.tuvens.com',
    `${PAGE}.evil.example`,
    `${PAGE}:8443`,
    'https://x.app.tuvens.com',
    'https://APP.tuvens.com',
    `${PAGE}, ${PAGE}`,
    'http://localhost:3001',
  ])('such as %s is not let in', async (origin) => {
    const first = await preflight([PAGE, LOCAL], origin);
    const second = await request(createApp([PAGE, LOCAL]))
      .post('/')
      .set('Origin', origin);
    for (const { headers } of [first, second]) {
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).toMatchObject({ vary: 'Origin' });
    }
  });
});

describe('without origins', () => {
  it.each([[undefined], [[]]])(
    'as %j no reply has a header for them, and OPTIONS passes on',
    async (none) => {
      const options = await preflight(none, PAGE).expect(405);
      const post = await request(createApp(none)).post('/').set('Origin', PAGE).expect(200);
      for (const { headers } of [options, post]) {
        expect(corsHeaders(headers as Record<string, string>)).toEqual([]);
        expect(headers).not.toHaveProperty('vary');
      }
    },
  );
});

describe('a call that is no page', () => {
  it('is answered as ever', async () => {
    const { headers } = await request(createApp([PAGE]))
      .post('/')
      .expect(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).toMatchObject({ vary: 'Origin' });
  });

  it.each([{}, { Origin: PAGE }, { 'Access-Control-Request-Method': 'POST' }])(
    'OPTIONS with %j passes on',
    async (sent) => {
      const { status } = await request(createApp([PAGE]))
        .options('/')
        .set(sent);
      expect(status).toBe(405);
    },
  );
});

describe('allowOrigins', () => {
  it.each<[unknown]>([
    ['*'],
    ['null'],
    [''],
    ['app.tuvens.com'],
    ['http://app.tuvens.com'],
    ['http://10.0.0.1'],
    [`${PAGE}/`],
    [`${PAGE}/path`],
    [`${PAGE}:443`],
    ['https://APP.tuvens.com'],
    ['https://*.tuvens.com'],
    ['https://user:secret@app.tuvens.com'],
    ['https://bücher.example'],
    ['ftp://app.tuvens.com'],
    ['file:///'],
    [` ${PAGE}`],
    [undefined],
    [/tuvens/],
  ])('refuses %p at once', (origin) => {
    const construct = () => allowOrigins([PAGE, origin as string]);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow('origins[1] must be an origin');
    expect(construct).not.toThrow('secret');
  });

  it.each<[unknown]>([[PAGE], [true], [null], [{ 0: PAGE }]])('refuses %j instead of a list', (origins) => {
    expect(() => allowOrigins(origins as string[])).toThrow('origins must be a list');
  });

  it('takes http on loopback', () => {
    expect(allowOrigins([LOCAL, 'http://127.0.0.1:8080', 'http://[::1]'])).toBeInstanceOf(Function);
  });

  it('does not see what is added to the list later', async () => {
    const origins = [PAGE];
    const app = express().use(allowOrigins(origins), (_req, res) => res.sendStatus(200));
    origins.push(FOREIGN);
    const { headers } = await request(app).post('/').set('Origin', FOREIGN);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('the issuer', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  it('lets a page issue, and read why it may not', async () => {
    const app = createSourceApp(issuerOptions(store.sessions, { origins: [PAGE] }));
    const allowed = { 'access-control-allow-origin': PAGE };
    const good = await request(app)
      .post(GENERATE)
      .set({ ...SIGNED_IN, Origin: PAGE })
      .send({})
      .expect(200);
    expect(good.headers).toMatchObject({ ...allowed, 'x-ratelimit-remaining': '9' });
    const bad = await request(app).post(GENERATE).set('Origin', PAGE).send({}).expect(401);
    expect(bad.headers).toMatchObject(allowed);
    const foreign = await request(app)
      .post(GENERATE)
      .set({ ...SIGNED_IN, Origin: FOREIGN })
      .send({});
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

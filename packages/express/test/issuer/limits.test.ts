import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isCrossAppError } from '@cross-app/protocol';
import express from 'express';
import { MemoryStore } from 'express-rate-limit';
import request from 'supertest';
import type { CrossAppRequest } from '../../src/index.js';
import { resolveLimits } from '../../src/issuer/limits/limits.js';
import type { IssuerLimits } from '../../src/issuer/limits/limits.js';
import { createSourceApp, generate, GENERATE, issuerOptions, validate } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { callTimes, createLimitedApp } from './limits-app.js';

afterEach(() => jest.restoreAllMocks());

describe('a limit', () => {
  it.each([
    ['generate', 10],
    ['validate', 100],
    ['accounts', 50],
    ['permission', 100],
    ['credentials', 30],
  ])('lets a key make its calls of %s, %d a minute, and refuses the next', async (name, count) => {
    const app = createLimitedApp();
    const last = await callTimes(app, `/${name}/1`, count);
    expect(last.status).toBe(200);
    expect(last.headers).toMatchObject({ 'x-ratelimit-limit': `${count}`, 'x-ratelimit-remaining': '0' });
    await request(app).get(`/${name}/1`).expect(429);
  });

  it('says on every reply how many calls are left, and until when', async () => {
    const app = createLimitedApp({ generatePerMinute: 2 });
    for (const [status, remaining] of [
      [200, '1'],
      [200, '0'],
      [429, '0'],
    ] as const) {
      const { headers } = await request(app).get('/generate/1').expect(status);
      expect(headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': remaining });
      const seconds = Number(headers['x-ratelimit-reset']) - Date.now() / 1000;
      expect(seconds).toBeGreaterThan(50);
      expect(seconds).toBeLessThanOrEqual(61);
    }
  });

  it('refuses with rate_limited and the seconds until the minute is over', async () => {
    const app = createLimitedApp({ generatePerMinute: 1 });
    await request(app).get('/generate/1').expect(200);
    const start = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => start + 40_000);
    const { body, headers } = await request(app).get('/generate/1').expect(429);
    expect(body).toMatchObject({ statusCode: 429, origin: { code: 'rate_limited' } });
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(19);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(21);
  });

  it('lets calls through again when the minute is over', async () => {
    const app = createLimitedApp({ generatePerMinute: 1 });
    await request(app).get('/generate/1').expect(200);
    await request(app).get('/generate/1').expect(429);
    const start = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => start + 60_000);
    const { status } = await request(app).get('/generate/1');
    expect(status).toBe(200);
  });

  it('counts each key and each kind of call apart', async () => {
    const app = createLimitedApp({ generatePerMinute: 1, validatePerMinute: 1 });
    await request(app).get('/generate/1').expect(200);
    await request(app).get('/generate/2').expect(200);
    await request(app).get('/validate/1').expect(200);
    const { status } = await request(app).get('/generate/1');
    expect(status).toBe(429);
  });

  it('counts exactly when calls arrive at once', async () => {
    const server = createLimitedApp({ generatePerMinute: 7 }).listen(0, '127.0.0.1');
    const replies = await Promise.all(Array.from({ length: 20 }, () => request(server).get('/generate/1')));
    server.close();
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(13);
  });

  it.each([
    ['behind a proxy that is not configured', false],
    ['behind a proxy that is trusted in everything', true],
  ])('prints nothing %s', async (_, trust) => {
    const print = (['error', 'warn', 'log'] as const).map((level) => jest.spyOn(console, level));
    const warn = jest.spyOn(process, 'emitWarning');
    const app = createLimitedApp({ credentialsPerMinute: 1 }).set('trust proxy', trust);
    const forwarded = { 'X-Forwarded-For': '203.0.113.9', Forwarded: 'for=203.0.113.9' };
    for (const key of ['203.0.113.9', '203.0.113.9', 'unknown', '']) {
      await request(app).get(`/credentials/${key}`).set(forwarded);
    }
    expect([...print, warn].map((printed) => printed.mock.calls)).toEqual([[], [], [], []]);
  });

  it('prints nothing when one request counts in two limits under one key', async () => {
    const warn = jest.spyOn(process, 'emitWarning');
    const { generate: one, validate: other } = resolveLimits({});
    const app = express().use((req, res, next) => {
      one(req, res, '1')
        .then(() => other(req, res, '1'))
        .then(() => res.sendStatus(200), next);
    });
    const { headers } = await request(app).get('/').expect(200);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '100' });
    expect(warn).not.toHaveBeenCalled();
  });

  it('leaves the property alone that the limits of the host use', async () => {
    const { body } = await request(createLimitedApp()).get('/generate/1').expect(200);
    expect(body).toEqual({ had: false });
  });

  it('works without Express', async () => {
    const { generate } = resolveLimits({ generatePerMinute: 1 });
    const server = createServer((req, res) => {
      generate(req as CrossAppRequest, res, '1').then(
        () => res.end(),
        (error: unknown) => {
          res.writeHead(isCrossAppError(error) ? error.status : 500).end();
        },
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const replies = [await fetch(url), await fetch(url)];
    server.close();
    expect(replies.map(({ status }) => status)).toEqual([200, 429]);
    expect(replies.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['0', '0']);
  });
});

describe('limits: false', () => {
  it('is none', async () => {
    const { status, headers } = await callTimes(createLimitedApp(false), '/generate/1', 12);
    expect(status).toBe(200);
    expect(Object.keys(headers).join()).not.toContain('ratelimit');
  });
});

describe('wrong credentials', () => {
  it.each([
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', 429],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', 200],
    ['::ffff:192.0.2.1', '192.0.2.1', 429],
    ['192.0.2.1', '192.0.2.2', 200],
    ['fe80::1%eth0', 'fe80::2%eth1', 429],
    ['unknown', 'unknown', 429],
    ['unknown', '192.0.2.1', 200],
  ])('from %s and then from %s are %d', async (first, second, status) => {
    const app = createLimitedApp({ credentialsPerMinute: 1 });
    await request(app)
      .get(`/credentials/${encodeURIComponent(first)}`)
      .expect(200);
    const reply = await request(app).get(`/credentials/${encodeURIComponent(second)}`);
    expect(reply.status).toBe(status);
  });
});

describe('a store', () => {
  it('is made once for each limit, by its name', () => {
    const store = jest.fn(() => new MemoryStore());
    resolveLimits({ store });
    expect(store.mock.calls).toEqual(
      ['generate', 'validate', 'accounts', 'permission', 'credentials'].map((name) => [name]),
    );
  });

  const broken = (changes: object): IssuerLimits => ({
    store: () => Object.assign(new MemoryStore(), changes),
  });
  it.each<[string, object]>([
    ['rejects', { increment: () => Promise.reject(new Error('connection refused')) }],
    [
      'throws',
      {
        increment: () => {
          throw new Error('closed');
        },
      },
    ],
    ['counts nothing', { increment: () => Promise.resolve({ totalHits: NaN, resetTime: new Date() }) }],
    ['counts in text', { increment: () => Promise.resolve({ totalHits: '1', resetTime: new Date() }) }],
    ['gives no result', { increment: () => Promise.resolve(undefined) }],
    ['knows no time', { increment: () => Promise.resolve({ totalHits: 1, resetTime: new Date(NaN) }) }],
  ])('that %s lets no call through: 503', async (_, changes) => {
    const { body, headers } = await request(createLimitedApp(broken(changes)))
      .get('/generate/1')
      .expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
    expect(JSON.stringify(body)).not.toMatch(/refused|closed/);
    expect(headers['retry-after']).toBe('1');
  });

  it('that knows no end of the minute refuses for the whole of it', async () => {
    const app = createLimitedApp(broken({ increment: () => Promise.resolve({ totalHits: 11 }) }));
    const { headers } = await request(app).get('/generate/1').expect(429);
    expect(headers['retry-after']).toBe('60');
  });

  it('whose minute is over as it answers never says to try again at once', async () => {
    const increment = () => Promise.resolve({ totalHits: 11, resetTime: new Date(Date.now() - 5000) });
    const { headers } = await request(createLimitedApp(broken({ increment })))
      .get('/generate/1')
      .expect(429);
    expect(headers['retry-after']).toBe('1');
  });

  it('that cannot start becomes a process warning', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    resolveLimits(broken({ init: () => Promise.reject(new Error('no schema')) }));
    await new Promise(setImmediate);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('no schema'), 'CrossAppLimitsWarning');
  });
});

describe('resolveLimits, given options that cannot work', () => {
  const shared = new MemoryStore();
  it.each<[string, unknown, string]>([
    ['null', null, 'limits takes an object with generatePerMinute'],
    ['true', true, 'limits takes an object'],
    ['an unknown key', { perMinute: 1 }, 'no option "perMinute"'],
    ['zero', { generatePerMinute: 0 }, 'generatePerMinute must be a whole number'],
    ['a fraction', { validatePerMinute: 1.5 }, 'validatePerMinute must be a whole number'],
    ['more than a million', { accountsPerMinute: 1_000_001 }, 'accountsPerMinute must be'],
    ['a number as text', { permissionPerMinute: '5' }, 'permissionPerMinute must be'],
    ['infinity', { credentialsPerMinute: Infinity }, 'credentialsPerMinute must be'],
    ['null for a number', { credentialsPerMinute: null }, 'credentialsPerMinute must be'],
    ['a store instead of a function', { store: new MemoryStore() }, 'store must be a function'],
    ['one store for all limits', { store: () => shared }, 'limits.store("validate") must give a new store'],
    ['no store', { store: () => undefined }, 'limits.store("generate") must give'],
    ['something else', { store: () => ({ increment: 1 }) }, 'limits.store("generate") must give'],
  ])('refuses %s at once', (_, options, message) => {
    const resolve = () => resolveLimits(options as IssuerLimits);
    expect(resolve).toThrow(TypeError);
    expect(resolve).toThrow(message);
  });

  it.each([[undefined], [{}], [false], [{ generatePerMinute: 1, validatePerMinute: 1_000_000 }]] as const)(
    'takes %j',
    (options) => {
      expect(Object.keys(resolveLimits(options))).toHaveLength(5);
    },
  );
});

describe('the issuer', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  it('refuses a user who asks too often, before the database is asked', async () => {
    const app = createSourceApp(issuerOptions(store.sessions));
    for (let made = 0; made < 10; made += 1) await generate(app).expect(200);
    const queries = await store.countQueries(async () => {
      const { body, headers } = await generate(app).expect(429);
      expect(body).toMatchObject({ path: GENERATE, origin: { code: 'rate_limited' } });
      expect(headers).toMatchObject({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0' });
      expect(Number(headers['retry-after'])).toBeGreaterThan(50);
    });
    expect(queries).toBe(0);
  });

  it('stops a flood of wrong secrets, and lets the right one in from the same address', async () => {
    const app = createSourceApp(issuerOptions(store.sessions));
    const wrong = 'x'.repeat(32);
    for (let made = 0; made < 30; made += 1) await validate(app, {}, wrong).expect(401);
    const { body } = await validate(app, {}, wrong).expect(429);
    expect(body).toMatchObject({ origin: { code: 'rate_limited' } });
    const good = await validate(app, { session_token: await store.issueToken() });
    expect([good.status, good.headers['x-ratelimit-limit']]).toEqual([200, '100']);
  });
});

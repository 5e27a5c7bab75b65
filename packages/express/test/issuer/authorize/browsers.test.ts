import request from 'supertest';
import { openTestStore } from '../../store.js';
import type { TestStore } from '../../store.js';
import {
  asked,
  AUTHORIZE,
  COOKIE,
  createAuthorizingApp,
  expectErrorPage,
  expectBack,
  visit,
} from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = () => createAuthorizingApp(store.sessions, { limits: false });

describe('/authorize, to a browser that only looks ahead,', () => {
  it.each([
    ['Sec-Purpose', 'prefetch'],
    ['Sec-Purpose', 'prefetch;prerender'],
    ['Sec-Purpose', 'prefetch;anonymous-client-ip'],
    ['Sec-Purpose', 'Prefetch'],
    ['Purpose', 'prefetch'],
    ['Purpose', 'preview'],
    ['X-Moz', 'prefetch'],
  ])('is 503 without a body, for %s: %s, and nothing happens', async (name, value) => {
    const before = await store.countRows();
    const currentUser = jest.fn(() => null);
    const app = createAuthorizingApp(store.sessions, { limits: false, authorize: { currentUser } });
    const { headers, text } = await visit(app).set(name, value).expect(503);
    expect(text).toBe('');
    expect(headers['cache-control']).toBe('no-store');
    for (const header of ['location', 'set-cookie', 'content-type'])
      expect(headers).not.toHaveProperty(header);
    expect(currentUser).not.toHaveBeenCalled();
    expect(await store.countRows()).toEqual(before);
  });

  it('and is answered as ever for Sec-Purpose: not-a-prefetch', async () => {
    expectBack(await visit(createApp()).set('Sec-Purpose', 'not-a-prefetch'));
  });
});

describe('/authorize, by another method,', () => {
  it('is 405 for HEAD, and nothing is issued', async () => {
    const before = await store.countRows();
    const reply = await request(createApp())
      .head(`${AUTHORIZE}?${asked()}`)
      .set('Cookie', COOKIE)
      .expect(405);
    expect(reply.headers['allow']).toBe('GET, POST');
    expect(reply.headers).not.toHaveProperty('location');
    expect(await store.countRows()).toEqual(before);
  });

  it.each(['put', 'delete', 'patch', 'options'] as const)('is 405 for %s', async (method) => {
    const reply = await request(createApp())[method](`${AUTHORIZE}?${asked()}`).set('Cookie', COOKIE);
    expectErrorPage(reply, 405);
    expect(reply.headers['allow']).toBe('GET, POST');
  });
});

describe('/authorize, loaded as', () => {
  it.each([
    'iframe',
    'frame',
    'embed',
    'object',
    'image',
    'script',
    'style',
    'worker',
    'fencedframe',
    'empty',
    'x',
  ])('a thing of the kind %s, is 400, and nothing is issued', async (destination) => {
    const before = await store.countRows();
    const reply = await visit(createApp()).set('Sec-Fetch-Dest', destination);
    expectErrorPage(reply, 400);
    expect(reply.headers['x-frame-options']).toBe('DENY');
    expect(reply.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(await store.countRows()).toEqual(before);
  });

  it('a page, is answered as ever', async () => {
    expectBack(await visit(createApp()).set('Sec-Fetch-Dest', 'document'));
  });
});

describe('/authorize, whatever the query,', () => {
  it('gives state back character by character', async () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
    for (const state of [printable, '+', '%2B', '%', ' ', '&state=x', 'a'.repeat(4096)]) {
      expect(expectBack(await visit(createApp(), asked({ state }))).result['state']).toBe(state);
    }
  });

  it('takes parameters in any order, and leaves out those that it does not know', async () => {
    const query = asked().split('&').reverse().join('&');
    const more =
      '__proto__=x&__proto__[client_id]=x&constructor=x&toString=1&toString=2&response_type=code&%ff=%ff';
    expectBack(await visit(createApp(), `${more}&${query}&`));
    expect(({} as Record<string, unknown>)['client_id']).toBeUndefined();
  });

  it('is not led astray by a query that is huge', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => `a${index}`).join('&');
    expect(many.length).toBeGreaterThan(14_000);
    const reply = await visit(createApp(), `${many.slice(0, 14_000)}&${asked()}`);
    expectBack(reply);
    const { status } = await visit(createApp(), `${asked()}&x=${'y'.repeat(17_000)}`);
    expect(status).toBe(431);
  });

  it('reads the query itself, whatever parser the host has chosen', async () => {
    const app = createApp().set('query parser', () => ({ client_id: 'evil' }));
    expectBack(await visit(app));
  });
});

describe('a reply of /authorize', () => {
  it('has these headers and no others when it redirects', async () => {
    const { headers } = await visit(createAuthorizingApp(store.sessions)).expect(303);
    const { date, connection, location, ...others } = headers as Record<string, string>;
    expect([date, connection, location]).not.toContain(undefined);
    expect(others).toEqual({
      'cache-control': 'no-store',
      'content-length': '0',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-powered-by': 'Express',
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
  });

  it('has the headers of a page that nothing can get out of when it is an error', async () => {
    const { headers } = await visit(createApp(), asked({ client_id: 'nobody' })).expect(400);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers).not.toHaveProperty('www-authenticate');
  });

  it('redirects with 303 and no other status, whatever happened', async () => {
    const statuses = new Set<number>();
    for (const query of [
      asked(),
      asked({ account_id: '8' }),
      asked({ state: undefined }),
      asked({ code_challenge_method: 'plain' }),
    ]) {
      statuses.add((await visit(createApp(), query)).status);
    }
    expect([...statuses]).toEqual([303]);
  });
});

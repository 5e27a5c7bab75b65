import crypto from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { CrossAppRequest } from '../../src/index.js';
import { digestSecret, hasAppCredential, identifyApp } from '../../src/issuer/apps/credentials.js';
import {
  createSourceApp,
  issuerOptions,
  NEXT_SECRET,
  OTHER_APP,
  OTHER_SECRET,
  SECRET,
  VALIDATE,
} from '../issuer-app.js';
import { rawPost } from '../raw-post.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

/** Calls `validate-session` with these headers and a token that is good. */
async function call(...headers: string[][]): Promise<{ reply: string; queries: number; wasUsed: boolean }> {
  const app = createSourceApp(issuerOptions(store.sessions));
  const token = await store.issueToken();
  const before = await store.countRows();
  let reply = '';
  const queries = await store.countQueries(async () => {
    const body = JSON.stringify({ session_token: token });
    reply = await rawPost(app, {
      path: VALIDATE,
      headers: [['Content-Type', 'application/json'], ...headers],
      body,
    });
  });
  const after = await store.countRows();
  return { reply, queries, wasUsed: after.used > before.used };
}

/** An `Authorization` header of HTTP Basic. */
function basic(text: string | Buffer, scheme = 'Basic '): string[] {
  return ['Authorization', scheme + Buffer.from(text).toString('base64')];
}

const withoutTime = (reply: string) =>
  reply.replace(/"timestamp":"[^"]*"|^(Date|X-RateLimit-Reset): .*$/gm, '');

describe('x-shared-secret', () => {
  it.each([
    ['as given', ['x-shared-secret', SECRET]],
    ['of the change-over', ['x-shared-secret', NEXT_SECRET]],
    ['in a header in capitals', ['X-SHARED-SECRET', SECRET]],
    ['with blanks around it', ['x-shared-secret', `  ${SECRET}\t `]],
  ])('is accepted %s', async (_, header) => {
    const { reply, wasUsed } = await call(header);
    expect(reply).toContain('HTTP/1.1 200 OK');
    expect(wasUsed).toBe(true);
    expect(reply).not.toContain(SECRET);
  });

  it('is refused alike whatever is wrong with it, without a query', async () => {
    const replies = new Set<string>();
    for (const headers of [
      [],
      [['x-shared-secret', '']],
      [['x-shared-secret', SECRET.replace('h', 'H')]],
      [['x-shared-secret', `${SECRET}x`]],
      [['x-shared-secret', SECRET.slice(1)]],
      [['x-shared-secret', SECRET.toUpperCase()]],
      [['x-shared-secret', `${SECRET}, ${SECRET}`]],
      [['x-shared-secret', 'undefined']],
      [['x-shared-secret', '[object Object]']],
      [['x-shared-secret', 'ä'.repeat(40)]],
      [['Authorization', SECRET]],
      [['Authorization', `Bearer ${SECRET}`]],
      [['Authorization', 'Bearer %E0%A4%A']],
    ]) {
      const { reply, queries, wasUsed } = await call(...headers);
      replies.add(withoutTime(reply));
      expect({ queries, wasUsed }).toEqual({ queries: 0, wasUsed: false });
    }
    expect(replies.size).toBe(1);
    const [only] = replies;
    expect(only).toContain('HTTP/1.1 401 Unauthorized');
    expect(only).toContain('WWW-Authenticate: Basic realm="cross-app"');
    expect(only).toContain('"code":"client_unauthenticated"');
  });

  it.each([
    [
      'twice',
      [
        ['x-shared-secret', SECRET],
        ['X-Shared-Secret', SECRET],
      ],
    ],
    [
      'twice, the second of another app',
      [
        ['x-shared-secret', SECRET],
        ['x-shared-secret', OTHER_SECRET],
      ],
    ],
    [
      'twice, the first empty',
      [
        ['x-shared-secret', ''],
        ['x-shared-secret', SECRET],
      ],
    ],
  ])('is refused when it is sent %s', async (_, headers) => {
    const { reply, queries, wasUsed } = await call(...headers);
    expect(reply).toContain('HTTP/1.1 400 Bad Request');
    expect(reply).toContain('"code":"invalid_argument"');
    expect(reply).not.toContain(SECRET);
    expect({ queries, wasUsed }).toEqual({ queries: 0, wasUsed: false });
  });

  it.each([
    ['NUL', 'a\0b'],
    ['a folded line', 'a\r\n b'],
  ])('does not get past Node with %s in it', async (_, value) => {
    const { reply } = await call(['x-shared-secret', value]);
    expect(reply).toContain('HTTP/1.1 400 Bad Request');
  });

  it('is refused with 431 by Node when it is 20 kB long', async () => {
    const { reply } = await call(['x-shared-secret', 'a'.repeat(20_000)]);
    expect(reply).toContain('HTTP/1.1 431 ');
  });
});

describe('HTTP Basic', () => {
  it.each([
    ['as the app', basic(`${TARGET_APP}:${SECRET}`)],
    ['with the secret of the change-over', basic(`${TARGET_APP}:${NEXT_SECRET}`)],
    ['with the scheme in capitals', basic(`${TARGET_APP}:${SECRET}`, 'BASIC ')],
    ['with blanks after the scheme', basic(`${TARGET_APP}:${SECRET}`, 'basic   ')],
  ])('is accepted %s', async (_, header) => {
    const { reply, wasUsed } = await call(header);
    expect(reply).toContain('HTTP/1.1 200 OK');
    expect(wasUsed).toBe(true);
  });

  const encoded = Buffer.from(`${TARGET_APP}:${SECRET}`).toString('base64');
  it('is refused alike whatever is wrong with it, without a query', async () => {
    const replies = new Set<string>();
    for (const header of [
      ['Authorization', 'Basic'],
      ['Authorization', 'Basic  '],
      ['Authorization', `Basic${encoded}`],
      ['Authorization', `Basic ${encoded.replace(/=*$/, '')}!`],
      ['Authorization', `Basic ${encoded}=`],
      ['Authorization', `Basic ${encoded.slice(0, 8)} ${encoded.slice(8)}`],
      ['Authorization', `Basic ${encoded}, Basic ${encoded}`],
      ['Authorization', `Basic\t${encoded}`],
      basic(`${OTHER_APP}:${SECRET}`),
      basic(`HI-EVENTS:${SECRET}`),
      basic(` ${TARGET_APP}:${SECRET}`),
      basic(`:${SECRET}`),
      basic(`${TARGET_APP}:`),
      basic(`${TARGET_APP}:${SECRET}\n`),
      basic(`${TARGET_APP}:${SECRET}:`),
      basic(`${TARGET_APP}:${SECRET}\0`),
      basic(`${TARGET_APP}::${SECRET}`),
      basic(SECRET),
      basic(`${SECRET}:${TARGET_APP}`),
      basic(Buffer.concat([Buffer.from(`${TARGET_APP}:`), Buffer.from([0xff, 0xfe])])),
      basic(`\ufeff${TARGET_APP}:${SECRET}`),
      basic(''),
    ]) {
      const { reply, queries, wasUsed } = await call(header);
      replies.add(withoutTime(reply));
      expect({ queries, wasUsed }).toEqual({ queries: 0, wasUsed: false });
    }
    expect(replies.size).toBe(1);
    expect([...replies][0]).toContain('HTTP/1.1 401 Unauthorized');
  });

  const shared = (secret: string) => ['x-shared-secret', secret];
  it('is accepted beside x-shared-secret of the same app', async () => {
    const { reply } = await call(basic(`${TARGET_APP}:${SECRET}`), shared(SECRET));
    expect(reply).toContain('HTTP/1.1 200 OK');
  });

  it('of another app is refused beside x-shared-secret', async () => {
    const { reply } = await call(basic(`${OTHER_APP}:${SECRET}`), shared(SECRET));
    expect(reply).toContain('HTTP/1.1 401 Unauthorized');
  });

  it('leaves other schemes beside x-shared-secret to the host', async () => {
    const { reply } = await call(['Authorization', 'Bearer ada'], shared(SECRET));
    expect(reply).toContain('HTTP/1.1 200 OK');
  });

  it.each([
    ['beside the other secret of the app', [basic(`${TARGET_APP}:${NEXT_SECRET}`), shared(SECRET)]],
    ['beside the secret of another app', [basic(`${TARGET_APP}:${SECRET}`), shared(OTHER_SECRET)]],
    ['beside a wrong secret', [basic(`${TARGET_APP}:${SECRET}`), shared('wrong')]],
    ['beside an empty secret', [basic(`${TARGET_APP}:${SECRET}`), shared('')]],
    ['malformed beside a right secret', [['Authorization', 'Basic x'], shared(SECRET)]],
    ['twice', [basic(`${TARGET_APP}:${SECRET}`), basic(`${TARGET_APP}:${SECRET}`)]],
    ['after another scheme', [['Authorization', 'Bearer ada'], basic(`${TARGET_APP}:${SECRET}`)]],
    ['before another scheme', [basic(`${TARGET_APP}:${SECRET}`), ['Authorization', 'Bearer ada']]],
  ])('is refused as ambiguous %s', async (_, headers) => {
    const { reply, queries, wasUsed } = await call(...headers);
    expect(reply).toContain('HTTP/1.1 400 Bad Request');
    expect(reply).toContain('"code":"invalid_argument"');
    expect(reply).not.toContain(SECRET);
    expect({ queries, wasUsed }).toEqual({ queries: 0, wasUsed: false });
  });
});

/** A request as adapters for serverless platforms make it. */
const requestWith = (headers: Record<string, string>) =>
  Object.assign(new IncomingMessage(new Socket()), { headers }) as unknown as CrossAppRequest;

describe('hasAppCredential', () => {
  it.each([
    [true, { 'x-shared-secret': 'wrong' }],
    [true, { 'x-shared-secret': '' }],
    [true, { authorization: 'Basic x' }],
    [true, { authorization: 'BASIC' }],
    [false, {}],
    [false, { authorization: 'Bearer ada' }],
    [false, { authorization: 'Basically x' }],
    [false, { authorization: '' }],
  ])('is %s for %j', (expected, headers) => {
    expect(hasAppCredential(requestWith(headers))).toBe(expected);
  });
});

describe('identifyApp', () => {
  const credentials = [SECRET, NEXT_SECRET, OTHER_SECRET].map((secret, index) => ({
    appId: `app-${index}`,
    id: '1',
    digest: digestSecret(secret),
  }));

  it.each([
    ['the first matches', { 'x-shared-secret': SECRET }],
    ['the last matches', { 'x-shared-secret': OTHER_SECRET }],
    ['none matches', { 'x-shared-secret': 'wrong' }],
    ['Basic matches', { authorization: basic(`app-0:${SECRET}`)[1] ?? '' }],
    ['Basic is malformed', { authorization: 'Basic x' }],
    ['none is sent', {}],
  ])('compares with every secret in constant time when %s', (_, headers) => {
    const compare = jest.spyOn(crypto, 'timingSafeEqual');
    try {
      identifyApp(credentials, requestWith(headers));
    } catch {
      // Refused: that the work was the same is what counts here.
    }
    expect(compare).toHaveBeenCalledTimes(credentials.length);
    compare.mockRestore();
  });

  it('takes a secret with colons, and an id with one only in x-shared-secret', () => {
    const secret = `a:b:${SECRET}`;
    const of = (appId: string) => [{ appId, id: '1', digest: digestSecret(secret) }];
    const sent = (text: string) => requestWith({ authorization: basic(text)[1] ?? '' });
    expect(identifyApp(of('app'), sent(`app:${secret}`))).toBe('app');
    expect(identifyApp(of('a:b'), requestWith({ 'x-shared-secret': secret }))).toBe('a:b');
    expect(() => identifyApp(of('a:b'), sent(`a:b:${secret}`))).toThrow('not known or its secret is wrong');
  });
});

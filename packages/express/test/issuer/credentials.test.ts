import crypto from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { CrossAppRequest } from '../../src/index.js';
import { digestSecret, identifyApp } from '../../src/issuer/credentials.js';
import {
  createSourceApp,
  issuerOptions,
  NEXT_SECRET,
  OTHER_SECRET,
  SECRET,
  VALIDATE,
} from '../issuer-app.js';
import { rawPost } from '../raw-post.js';
import { openTestStore } from '../store.js';
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

const withoutTime = (reply: string) => reply.replace(/"timestamp":"[^"]*"|^Date: .*$/gm, '');

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

describe('identifyApp', () => {
  const credentials = [SECRET, NEXT_SECRET, OTHER_SECRET].map((secret, index) => ({
    appId: `app-${index}`,
    digest: digestSecret(secret),
  }));
  const requestWith = (headers: Record<string, string>) =>
    Object.assign(new IncomingMessage(new Socket()), { headers }) as unknown as CrossAppRequest;

  it.each([
    ['the first matches', { 'x-shared-secret': SECRET }],
    ['the last matches', { 'x-shared-secret': OTHER_SECRET }],
    ['none matches', { 'x-shared-secret': 'wrong' }],
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
});

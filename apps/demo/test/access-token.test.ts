import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { makeAccessToken, readAccessToken } from '../src/access-token.js';

const key = randomBytes(32);
const claims = { subject: '7', issuer: 'tuvens', audience: 'tuvens-api' };
const bearer = (token: string): string => `Bearer ${token}`;

afterEach(() => {
  jest.useRealTimers();
});

it('gives back the user it was made for', () => {
  expect(readAccessToken(key, bearer(makeAccessToken(key, 7)))).toBe(7);
  expect(readAccessToken(key, `bearer  ${makeAccessToken(key, 7)}`)).toBe(7);
});

it('expires after ten minutes', () => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  const header = bearer(makeAccessToken(key, 7));
  jest.setSystemTime(1_800_000_599_000);
  expect(readAccessToken(key, header)).toBe(7);
  jest.setSystemTime(1_800_000_600_000);
  expect(readAccessToken(key, header)).toBeUndefined();
});

it.each([
  ['another key', jwt.sign({}, randomBytes(32), claims)],
  ['another issuer', jwt.sign({}, key, { ...claims, issuer: 'hi-events' })],
  ['another audience', jwt.sign({}, key, { ...claims, audience: 'hi-events' })],
  ['another algorithm', jwt.sign({}, key, { ...claims, algorithm: 'HS384' })],
  ['a text for its payload', jwt.sign('7', key)],
])('refuses a token with %s', (_, token) => {
  expect(readAccessToken(key, bearer(token))).toBeUndefined();
});

it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a.b.c', 'Bearer e30.e30.'])(
  'finds nobody in %j',
  (authorization) => {
    expect(readAccessToken(key, authorization)).toBeUndefined();
  },
);

import { createHmac, generateKeyPairSync } from 'node:crypto';
import express from 'express';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import type { Response } from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import type { Revocation } from '@cross-app/protocol';
import { crossAppBackChannel } from '../../src/index.js';
import type { CrossAppBackChannelOptions } from '../../src/index.js';
import { derivedSession } from '../session-app.js';
import {
  createReceiverApp,
  EVENT,
  goodClaims,
  ISSUER,
  OLD_SECRET,
  PATH,
  SECRET,
  signed,
} from './receiver-app.js';
import type { ReceiverApp } from './receiver-app.js';

async function post({ app }: ReceiverApp, token: string): Promise<Response> {
  return await request(app).post(PATH).type('form').send({ logout_token: token });
}

const isAdaRevoked = ({ revocations }: ReceiverApp): Promise<boolean> =>
  revocations.isRevoked(derivedSession());

describe('a good logout token', () => {
  it('is stored and answered with 204', async () => {
    const receiver = createReceiverApp();
    const { status, text, headers } = await post(receiver, signed(goodClaims()));
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers['cache-control']).toBe('no-store');
    expect(await isAdaRevoked(receiver)).toBe(true);
  });

  it('becomes the revocation that it holds', async () => {
    const added: Revocation[] = [];
    const revocations = {
      add(revocation: Revocation) {
        added.push(revocation);
        return Promise.resolve();
      },
    };
    const cross_app = { account_id: '7', source_app: 'tuvens', issued_before: '2026-01-02T03:04:05.678Z' };
    const claims = { ...goodClaims(), sid: 'ab'.repeat(32), cross_app };
    await post(createReceiverApp({ revocations }), signed(claims));
    expect(added).toEqual([
      {
        id: claims['jti' as keyof typeof claims],
        tokenHash: 'ab'.repeat(32),
        userId: '1',
        accountId: '7',
        sourceApp: 'tuvens',
        targetApp: 'hi-events',
        issuedBefore: new Date('2026-01-02T03:04:05.678Z'),
      },
    ]);
  });

  it('is answered alike when it comes again, and stored once', async () => {
    const receiver = createReceiverApp();
    const heard: unknown[] = [];
    receiver.revocations.watchRevocations((revocation) => heard.push(revocation));
    const token = signed(goodClaims());
    const replies = [await post(receiver, token), await post(receiver, token)];
    // The issuer signs anew whatever it sends again.
    replies.push(await post(receiver, signed({ ...goodClaims(), iat: 1 })));
    expect(replies.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(heard).toHaveLength(1);
  });

  it('is told to onRevoked, which changes nothing', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const heard: string[] = [];
    const onRevoked = ({ id }: Revocation): never => {
      heard.push(id);
      throw new RangeError('a defect of the host');
    };
    const claims = goodClaims();
    expect((await post(createReceiverApp({ onRevoked }), signed(claims))).status).toBe(204);
    expect(heard).toEqual([claims['jti']]);
    expect(warn.mock.calls).toEqual([
      ['onRevoked of the back channel failed: RangeError: a defect of the host', 'CrossAppListenerWarning'],
    ]);
    warn.mockRestore();
  });

  it('may name several audiences, and all people', async () => {
    const receiver = createReceiverApp();
    const token = signed({ ...goodClaims(), aud: ['other', 'hi-events'], sub: undefined });
    expect((await post(receiver, token)).status).toBe(204);
    expect(await isAdaRevoked(receiver)).toBe(true);
  });

  it('is read whether or not the host parses forms, with other fields beside it', async () => {
    const app = express();
    app.use(express.urlencoded({ extended: true }), createReceiverApp().app);
    const body = { logout_token: signed(goodClaims()), more: '1' };
    expect((await request(app).post(PATH).type('form').send(body)).status).toBe(204);
  });
});

describe('secrets', () => {
  it('are all good while they are changed', async () => {
    const receiver = createReceiverApp({ secrets: [SECRET, OLD_SECRET] });
    for (const secret of [SECRET, OLD_SECRET]) {
      expect((await post(receiver, signed(goodClaims(), { secret }))).status).toBe(204);
    }
  });
});

const NOW = Math.floor(Date.now() / 1000);
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_KEY = RSA.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const header = { alg: 'RS256', typ: 'logout+jwt' };

const without = (...names: string[]): object =>
  Object.fromEntries(Object.entries(goodClaims()).filter(([name]) => !names.includes(name)));
const changed = (changes: object): string => signed({ ...goodClaims(), ...changes });
const cross_app = (changes: object): object => ({
  cross_app: { account_id: null, source_app: null, issued_before: new Date().toISOString(), ...changes },
});

function unsigned(alg: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg, typ: 'logout+jwt' })}.${part(goodClaims())}.`;
}

function tampered(): string {
  const [head, , signature] = signed(goodClaims()).split('.');
  const payload = Buffer.from(JSON.stringify({ ...goodClaims(), sub: '2' })).toString('base64url');
  return [head, payload, signature].join('.');
}

const BAD: Record<string, () => string> = {
  'signed with another secret': () => signed(goodClaims(), { secret: OLD_SECRET }),
  'not signed, alg none': () => unsigned('none'),
  'not signed, alg None': () => unsigned('None'),
  'not signed, alg HS256': () => unsigned('HS256'),
  'signed with a key of its own, RS256': () =>
    jwt.sign(goodClaims(), RSA.privateKey, { algorithm: 'RS256', header }),
  'signed with a public key as the secret': () => signed(goodClaims(), { secret: PUBLIC_KEY }),
  'signed with our secret and HS512': () =>
    jwt.sign(goodClaims(), SECRET, { algorithm: 'HS512', header: { alg: 'HS512', typ: 'logout+jwt' } }),
  'changed after it was signed': tampered,
  'of the type of other JWTs': () => signed(goodClaims(), { header: { typ: 'JWT' } }),
  'of no type': () => signed(goodClaims(), { header: { typ: undefined } }),
  'with something critical': () => signed(goodClaims(), { header: { crit: ['exp'] } }),
  'of another issuer': () => changed({ iss: 'https://evil.example' }),
  'of an issuer with a slash more': () => changed({ iss: `${ISSUER}/` }),
  'of no issuer': () => signed(without('iss')),
  'for another app': () => changed({ aud: 'other' }),
  'for no app': () => signed(without('aud')),
  'over for more than a minute': () => changed({ iat: NOW - 200, exp: NOW - 70 }),
  'without an end': () => signed(without('exp')),
  'with an end that is text': () => {
    const [head, ,] = signed(goodClaims()).split('.');
    const body = Buffer.from(JSON.stringify({ ...goodClaims(), exp: '9999999999' })).toString('base64url');
    return resigned(`${head ?? ''}.${body}`);
  },
  'from the future': () => changed({ iat: NOW + 120, exp: NOW + 240 }),
  'not valid yet': () => changed({ nbf: NOW + 120 }),
  'without a jti': () => signed(without('jti')),
  'with a jti that is no UUID': () => changed({ jti: '1; drop table' }),
  'without events': () => signed(without('events')),
  'with another event': () => changed({ events: { 'http://schemas.openid.net/event/other': {} } }),
  'with an event that is no object': () => changed({ events: { [EVENT]: true } }),
  'with a nonce': () => changed({ nonce: 'n' }),
  'with a sub that is no text': () => changed({ sub: { $ne: null } }),
  'with an empty sub': () => changed({ sub: '' }),
  'with a sid that is no hash': () => changed({ sid: 'handoff' }),
  'without our claim': () => signed(without('cross_app')),
  'with a time that is none': () => changed(cross_app({ issued_before: 'yesterday' })),
  'with an account that is no text': () => changed(cross_app({ account_id: 7 })),
  'no JWT': () => 'a.b.c',
  empty: () => '',
};

function resigned(content: string): string {
  // jsonwebtoken refuses to make such a token.
  return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
}

describe('a logout token that is', () => {
  it.each(Object.entries(BAD))('%s is refused, and ends nobody', async (_what, make) => {
    const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const receiver = createReceiverApp({ logger });
    const token = make();
    const { status, body, headers } = await post(receiver, token);
    expect({ status, body }).toEqual({ status: 400, body: { error: 'invalid_request' } });
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(headers).not.toHaveProperty('www-authenticate');
    expect(await isAdaRevoked(receiver)).toBe(false);
    const logged = [...logger.info.mock.calls, ...logger.warn.mock.calls];
    expect(logged).toMatchObject([
      [{ call: 'back-channel-logout', targetApp: 'hi-events' }, expect.anything()],
    ]);
    const pieces = token.split('.').filter((piece) => piece.length > 8);
    expect(pieces.filter((piece) => JSON.stringify(logged).includes(piece))).toEqual([]);
  });

  it('over for less than a minute is good: clocks differ', async () => {
    expect((await post(createReceiverApp(), changed({ iat: NOW - 180, exp: NOW - 30 }))).status).toBe(204);
  });

  it('signed with a wrong secret is a warning in the log', async () => {
    const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    await post(createReceiverApp({ logger }), signed(goodClaims(), { secret: OLD_SECRET }));
    expect(logger.warn.mock.calls).toEqual([
      [
        {
          call: 'back-channel-logout',
          code: 'client_unauthenticated',
          targetApp: 'hi-events',
          detail: 'The logout token proves nothing: invalid signature.',
        },
        'cross-app back-channel-logout refused: client_unauthenticated',
      ],
    ]);
  });
});

describe('a request that', () => {
  it.each(['get', 'head', 'put', 'delete'] as const)('is a %s is refused', async (method) => {
    const { status, headers } = await request(createReceiverApp().app)[method](PATH);
    expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'POST' });
  });

  it.each<[string, number, (app: ReceiverApp['app']) => request.Test]>([
    [
      'is JSON',
      415,
      (app) =>
        request(app)
          .post(PATH)
          .send({ logout_token: signed(goodClaims()) }),
    ],
    ['has no body', 415, (app) => request(app).post(PATH)],
    ['has an empty form', 400, (app) => request(app).post(PATH).type('form').send('')],
    [
      'has another field',
      400,
      (app) =>
        request(app)
          .post(PATH)
          .type('form')
          .send({ token: signed(goodClaims()) }),
    ],
    [
      'has two tokens',
      400,
      (app) => {
        const field = `logout_token=${signed(goodClaims())}`;
        return request(app).post(PATH).type('form').send(`${field}&${field}`);
      },
    ],
    [
      'is too large',
      413,
      (app) =>
        request(app)
          .post(PATH)
          .type('form')
          .send({ logout_token: 'a'.repeat(9000) }),
    ],
    [
      'has the token in its query',
      400,
      (app) =>
        request(app)
          .post(`${PATH}?logout_token=${signed(goodClaims())}`)
          .type('form')
          .send('a=b'),
    ],
  ])('%s is refused with %d', async (_what, expected, send) => {
    const receiver = createReceiverApp();
    const { status, body } = await send(receiver.app);
    expect({ status, body }).toEqual({ status: expected, body: { error: 'invalid_request' } });
    expect(await isAdaRevoked(receiver)).toBe(false);
  });

  it.each([
    ['an error', new Error('the database is away')],
    ['a refusal', new CrossAppError('invalid_argument')],
  ])('cannot be stored is answered with 503, whatever the store throws: %s', async (_what, thrown) => {
    const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const revocations = { add: () => Promise.reject(thrown) };
    const onRevoked = jest.fn();
    const receiver = createReceiverApp({ revocations, onRevoked, logger });
    const { status, body, headers } = await post(receiver, signed(goodClaims()));
    expect({ status, body }).toEqual({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    expect(onRevoked).not.toHaveBeenCalled();
    expect(logger.error).toHaveBeenCalledTimes(1);
  });
});

describe('options that cannot work', () => {
  const { revocations } = createReceiverApp();
  const good = { issuers: [ISSUER], targetApp: 'hi-events', secrets: [SECRET], revocations };
  it.each<[string, object, RegExp]>([
    ['no issuer', { ...good, issuers: [] }, /issuers must be a list of origins/],
    ['an issuer with a path', { ...good, issuers: [`${ISSUER}/`] }, /issuers must be a list of origins/],
    ['no app', { ...good, targetApp: '' }, /targetApp must be this app's id/],
    ['no secret', { ...good, secrets: [] }, /at least one secret/],
    ['a short secret', { ...good, secrets: ['short'] }, /at least 32/],
    ['one text of secrets', { ...good, secrets: SECRET }, /must be a list/],
    ['nowhere to store', { ...good, revocations: {} }, /revocations has no add\(\)/],
    ['nobody to tell', { ...good, onRevoked: 1 }, /onRevoked must be a function/],
    ['an unknown option', { ...good, issuer: ISSUER }, /has no option "issuer"/],
  ])('%s is refused at once, without the secret', (_what, options, message) => {
    const make = (): unknown => crossAppBackChannel(options as CrossAppBackChannelOptions);
    expect(make).toThrow(message);
    expect(make).not.toThrow(SECRET);
  });
});

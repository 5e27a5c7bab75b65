import { once } from 'node:events';
import { connect } from 'node:net';
import { ISSUER_PATHS } from '@cross-app/protocol';
import { GENERATE, VALIDATE } from '../issuer-app.js';
import { LANDING } from './apps.js';
import { exchange, exchangeBytes, write } from './exchange.js';
import { openStage, SECRETS } from './open-stage.js';
import {
  AS_ADA,
  AS_APP,
  filler,
  generating,
  landing,
  landingForm,
  expectReply,
  validating,
} from './stage.js';
import type { Stage, Verdict } from './stage.js';

// What the corpus leaves out: framing, methods, paths, character sets, and connections that break.

let stage: Stage & { close(): Promise<void> };
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(() => {
  stage.errors.length = 0;
  stage.secrets.splice(0, Infinity, ...SECRETS);
});
afterAll(() => stage.close());

type Headers = readonly (readonly [string, string])[];

const VALID = '{"session_token":"$VALID"}';
const OK: Verdict = { status: 200, uses: 1 };
const BAD: Verdict = { status: 400, code: 'invalid_argument', queries: 0 };
const MALFORMED: Verdict = { status: 400, code: 'token_malformed', queries: 0 };
// Node answers, without a body, and closes the connection.
const BROKEN: Verdict = { status: 400, queries: 0 };

/** `validate-session` with more headers. */
async function expectValidate(headers: Headers, verdict: Verdict, body = VALID): Promise<void> {
  const fill = await filler(stage);
  const request = validating(fill(body));
  await expectReply(stage, { ...request, headers: [...(request.headers ?? []), ...headers] }, verdict);
}

const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

describe('framing', () => {
  it.each<[name: string, headers: Headers, verdict: Verdict]>([
    [
      'two lengths',
      [
        ['Content-Length', '5'],
        ['Content-Length', '6'],
      ],
      BROKEN,
    ],
    ['a negative length', [['Content-Length', '-1']], BROKEN],
    [
      'a length and chunks',
      [
        ['Content-Length', '5'],
        ['Transfer-Encoding', 'chunked'],
      ],
      BROKEN,
    ],
    ['chunks that are not last', [['Transfer-Encoding', 'chunked, gzip']], BROKEN],
    ['a promise to wait', [['Expect', 'something']], { status: 417, queries: 0 }],
    ['a URL of 17 kB', [['X-Long', 'a'.repeat(17_000)]], { status: 431, queries: 0 }],
  ])('%s is refused, and uses nothing up', async (_, headers, verdict) => {
    await expectValidate(headers, verdict);
  });

  it('in chunks is a body like any other', async () => {
    const fill = await filler(stage);
    await expectValidate([['Transfer-Encoding', 'chunked']], OK, chunked(fill(VALID)));
    const tooLarge = { status: 413, code: 'payload_too_large', queries: 0 } as const;
    await expectValidate([['Transfer-Encoding', 'chunked']], tooLarge, chunked('a'.repeat(100_000)));
    await expectValidate([['Transfer-Encoding', 'chunked']], BROKEN, 'zz\r\n{}\r\n0\r\n\r\n');
  });

  it('of requests one behind the other gives each its own reply, in order', async () => {
    const fill = await filler(stage);
    const first = validating(fill(VALID));
    const keepAlive = {
      ...first,
      headers: [...(first.headers ?? []), ['Connection', 'keep-alive'] as const],
    };
    // The answers to the others are there before PostgreSQL's.
    const bytes = Buffer.concat([
      write(keepAlive),
      write({ ...keepAlive, body: '5' }),
      write({ ...first, method: 'PUT' }),
    ]);
    const replies = await exchangeBytes(stage.ports.plain, bytes);
    expect(replies.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 405']);
    stage.tokens.valid = undefined;
  });

  it('with Expect: 100-continue is asked for the body, and answered', async () => {
    const request = validating((await filler(stage))(VALID));
    const headers = [...(request.headers ?? []), ['Expect', '100-continue'] as const];
    const reply = await exchangeBytes(stage.ports.plain, write({ ...request, headers }));
    expect(reply.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200']);
    stage.tokens.valid = undefined;
  });
});

describe('a connection that breaks', () => {
  it.each([VALIDATE, GENERATE, LANDING])('in the middle of a body to %s uses nothing up', async (target) => {
    const fill = await filler(stage);
    const headers = [
      AS_APP,
      AS_ADA,
      ['Content-Type', 'application/json'],
      ['Content-Length', '5000'],
    ] as const;
    const before = await stage.store.countRows();
    for (let time = 0; time < 20; time++) {
      const socket = connect(stage.ports.plain, '127.0.0.1');
      await once(socket, 'connect');
      socket.end(write({ target, headers, body: fill(VALID) }));
      socket.resume();
      await once(socket, 'close');
    }
    expect(await stage.store.countRows()).toEqual(before);
    expect((await exchange(stage.ports.plain, validating(fill(VALID)))).status).toBe(200);
    stage.tokens.valid = undefined;
  });
});

describe('a method', () => {
  const routes = Object.values(ISSUER_PATHS).map((path) => `/api/cross-app${path}`);
  const gets = [ISSUER_PATHS.userAccounts, ISSUER_PATHS.health, ISSUER_PATHS.openapi] as const;
  const isGet = (route: string) => gets.some((path) => route.endsWith(path));
  const methods = ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

  it.each([...routes, LANDING].flatMap((route) => methods.map((method) => [method, route])))(
    '%s of %s is 405 with Allow',
    async (method = '', route = '') => {
      const target = (await filler(stage))(`${route}?session_token=$VALID`);
      const code = method === 'HEAD' ? null : 'method_not_allowed';
      const { headers } = await expectReply(
        stage,
        { method, target, headers: [AS_APP] },
        { status: 405, code, queries: 0 },
      );
      expect(headers).toMatchObject({ allow: isGet(route) ? 'GET' : 'POST' });
    },
  );

  it.each(['CONNECT', 'BREW', 'post'])('%s is not answered by us', async (method) => {
    const reply = await exchange(stage.ports.plain, { method, target: VALIDATE, headers: [AS_APP] });
    expect(reply.raw).toMatch(/^(HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n)?$/);
  });
});

describe('a path', () => {
  const here = '/api/cross-app/validate-session';
  it.each([
    `/${here}`,
    `${here}/`,
    '/api/cross-app/Validate-Session',
    '/api/cross-app/validate%2Dsession',
    '/api/cross-app/%zz',
    '/api/cross-app/../cross-app/validate-session',
    `${here}%00`,
    `${here};a=b`,
    '/api/cross-app/constructor',
    '/api/cross-app/__proto__',
    `/api/cross-app/${'a'.repeat(15_000)}`,
    '*',
  ])("%# that is not quite ours is the host's, and uses nothing up", async (target) => {
    const { body, headers = [] } = validating((await filler(stage))(VALID));
    const before = await stage.store.countRows();
    const { status } = await exchange(stage.ports.plain, {
      target,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect([400, 404]).toContain(status);
    expect(await stage.store.countRows()).toEqual(before);
  });

  it.each([`${here}?`, `${here}?%zz`, `${here}?${'a'.repeat(15_000)}`, '/API/Cross-App/validate-session'])(
    '%# with a query or in capitals is one of ours',
    async (target) => {
      const fill = await filler(stage);
      await expectReply(stage, { ...validating(fill(VALID)), target }, OK);
    },
  );
});

describe('a body', () => {
  it.each([
    ['utf-16', 'utf16le'],
    ['utf-7', 'utf8'],
  ] as const)('in %s is 415 everywhere', async (charset, encoding) => {
    const bytes = Buffer.from((await filler(stage))(VALID), encoding);
    const headers = [AS_APP, AS_ADA, ['Content-Type', `application/json; charset=${charset}`]] as const;
    for (const target of [VALIDATE, GENERATE, LANDING]) {
      const verdict = { status: 415, code: 'unsupported_media_type', queries: 0 } as const;
      await expectReply(stage, { target, headers, body: bytes }, verdict);
    }
  });

  it.each([
    '-0',
    '1e400',
    '5',
    'null',
    'true',
    '"x"',
    '[]',
    '\0',
    '   ',
    '{',
    '{"a":}',
    `${'['.repeat(4000)}${']'.repeat(4000)}`,
  ])('%# that is no object is malformed', async (json) => {
    for (const make of [validating, generating]) await expectReply(stage, make(json), BAD);
    // The landing takes any JSON that may have fields, and finds no token in it.
    const isList = json.endsWith(']');
    await expectReply(stage, landing(json), isList ? { ...BAD, code: 'token_missing' } : BAD);
  });

  it.each(['-0', '1e400', '1e308', '9007199254740993', '[]', '{"toString":"x"}', '{"length":64}'])(
    'with %s for a token is malformed',
    async (value) => {
      for (const make of [validating, landing])
        await expectReply(stage, make(`{"session_token":${value}}`), MALFORMED);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', 'valueOf', 'then', 'toJSON', ''])(
    'may have a field %p beside the token',
    async (name) => {
      for (const value of ['1', '"x"', '{"session_token":"x","prototype":{"admin":true}}', 'null']) {
        const fill = await filler(stage);
        await expectReply(stage, validating(fill(`{"session_token":"$VALID","${name}":${value}}`)), OK);
      }
    },
  );

  it.each([
    '__proto__[session_token]=$VALID',
    'session_token[]=$VALID',
    'constructor[prototype][a]=$VALID',
    '=$VALID',
    '&&&=',
  ])('of a form with %s has no token', async (form) => {
    const fill = await filler(stage);
    await expectReply(stage, landingForm(fill(form)), { status: 400, code: 'token_missing', queries: 0 });
  });
});

import express from 'express';
import request from 'supertest';
import type { Test } from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import {
  ACCOUNTS,
  APP,
  createSourceApp,
  generate,
  GENERATE,
  HEALTH,
  INSPECT,
  issuerOptions,
  PERMISSION,
  REVOKE,
  REVOKE_MANY,
  SECRET,
  SIGNED_IN,
  validate,
  VALIDATE,
} from './issuer-app.js';
import { recordErrors } from './record-errors.js';
import { openTestStore } from './store.js';
import type { TestStore } from './store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = () => createSourceApp(issuerOptions(store.sessions));
const POSTED = [GENERATE, VALIDATE, INSPECT, PERMISSION, REVOKE, REVOKE_MANY];

async function expectNotAllowed(call: Test, path: string, allow: string): Promise<void> {
  const { body, headers } = await call.expect(405);
  expect(headers).toMatchObject({ allow, 'cache-control': 'no-store' });
  expect(body).toMatchObject({ statusCode: 405, path, origin: { code: 'method_not_allowed' } });
}

/** A body with its type. */
interface Sent {
  readonly headers: Record<string, string>;
  readonly text: string;
}

describe('crossAppIssuer', () => {
  it.each(['/', '/generate-session/x', '/unknown', '/constructor', '/__proto__'])(
    'leaves %s to the host',
    async (path) => {
      const app = createApp().use((_req, res) => {
        res.status(404).send('of the host');
      });
      const { text } = await request(app).post(`/api/cross-app${path}`).expect(404);
      expect(text).toBe('of the host');
    },
  );

  it.each(POSTED)('answers 405 to all but POST on %s, before it asks who calls', async (path) => {
    for (const method of ['get', 'put', 'patch', 'delete', 'options'] as const) {
      await expectNotAllowed(request(createApp())[method](path), path, 'POST');
    }
    await request(createApp()).head(path).expect(405).expect('Allow', 'POST');
  });

  it.each([ACCOUNTS, HEALTH])('answers 405 to all but GET on %s, before it asks who calls', async (path) => {
    for (const method of ['post', 'put', 'patch', 'delete', 'options'] as const) {
      await expectNotAllowed(request(createApp())[method](path), path, 'GET');
    }
    await request(createApp()).head(path).expect(405).expect('Allow', 'GET');
  });

  it('names the path with its mount and without its query', async () => {
    const inner = express.Router().use('/handoff', createApp());
    const app = express().use('/v1', inner);
    const { body } = await request(app).post(`/v1/handoff${VALIDATE}?session_token=secret`).expect(401);
    expect(body).toMatchObject({ path: `/v1/handoff${VALIDATE}` });
  });

  it.each([
    ['no body parser', []],
    ['express.json()', [express.json()]],
    ['express.json() and express.urlencoded()', [express.json(), express.urlencoded({ extended: true })]],
    ['a parser of other types', [express.text(), express.urlencoded({ extended: false })]],
  ])('works behind %s', async (_, before) => {
    const app = createSourceApp(issuerOptions(store.sessions), ...before);
    const { body } = await generate(app, { account_id: '7' }).expect(200);
    const { session_token: token } = body as { session_token: string };
    const reply = await validate(app, { session_token: token }).expect(200);
    expect(reply.body).toMatchObject({ valid: true });
    await request(app).post(VALIDATE).set('x-shared-secret', SECRET).type('form').send('a=b').expect(415);
  });
});

describe('crossAppIssuer, given a body that cannot be read', () => {
  it.each([
    ['no Content-Type', 415, { headers: {}, text: undefined }],
    [
      'a form',
      415,
      { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, text: 'session_token=x' },
    ],
    ['a text', 415, { headers: { 'Content-Type': 'text/plain' }, text: '{}' }],
    [
      'a type that only begins like JSON',
      415,
      { headers: { 'Content-Type': 'application/jsonp' }, text: '{}' },
    ],
    [
      'another character set',
      415,
      { headers: { 'Content-Type': 'application/json; charset=latin1' }, text: '{}' },
    ],
    ...['utf-16', '"utf-16le"', 'utf-7'].map((charset): [string, number, Sent] => [
      `JSON in ${charset}`,
      415,
      { headers: { 'Content-Type': `application/json; charset=${charset}` }, text: '{}' },
    ]),
    ...['; charset', ';;', '; =utf-8', ', text/plain'].map((rest): [string, number, Sent] => [
      `a type with ${rest} behind it`,
      415,
      { headers: { 'Content-Type': `application/json${rest}` }, text: '{}' },
    ]),
    [
      'an unknown compression',
      415,
      { headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'x' }, text: '{}' },
    ],
    [
      'more than 16 kB',
      413,
      { headers: { 'Content-Type': 'application/json' }, text: `{"a":"${'a'.repeat(16_400)}"}` },
    ],
    ['broken JSON', 400, { headers: { 'Content-Type': 'application/json' }, text: '{"session_token":"x"}x' }],
    ['a list', 400, { headers: { 'Content-Type': 'application/json' }, text: '["x"]' }],
    ['a text in JSON', 400, { headers: { 'Content-Type': 'application/json' }, text: '"x"' }],
    ['a number', 400, { headers: { 'Content-Type': 'application/json' }, text: '5' }],
    ['null', 400, { headers: { 'Content-Type': 'application/json' }, text: 'null' }],
  ])('answers %s in JSON', async (_, status, { headers, text }) => {
    for (const path of POSTED) {
      const caller = path === GENERATE ? SIGNED_IN : APP;
      const { body } = await request(createApp())
        .post(path)
        .set({ ...headers, ...caller })
        .send(text)
        .expect(status)
        .expect('Content-Type', /^application\/json/);
      expect(body).toMatchObject({ statusCode: status, path });
    }
  });

  it.each(POSTED)('asks on %s who calls before it looks at the body', async (path) => {
    for (const [type, text] of [
      ['text', 'x'],
      ['json', '{broken'],
      ['json', `"${'a'.repeat(20_000)}"`],
    ] as const) {
      const { body } = await request(createApp()).post(path).type(type).send(text).expect(401);
      expect(body).toMatchObject({ statusCode: 401 });
    }
  });
});

describe('crossAppIssuer, when something fails', () => {
  const unavailable = { statusCode: 503, origin: { code: 'store_unavailable' } };

  it('answers 503 with Retry-After without a database', async () => {
    const other = await openTestStore();
    await other.close();
    const app = createSourceApp(issuerOptions(other.sessions));
    const { body, headers } = await generate(app).expect(503);
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    expect(body).toMatchObject(unavailable);
    await validate(app, { session_token: await store.issueToken() }).expect(503);
  });

  it('tells onError why, and nobody else', async () => {
    const cause = new Error('connect ECONNREFUSED db.internal:5432');
    const heard: CrossAppError[] = [];
    const app = createSourceApp(
      issuerOptions(store.sessions, {
        canUseAccount: () => Promise.reject(cause),
        onError: (error) => {
          heard.push(error);
        },
      }),
    );
    const { text } = await generate(app, { account_id: '7' }).expect(503);
    expect(text).not.toContain('ECONNREFUSED');
    expect(heard).toMatchObject([{ code: 'store_unavailable' }]);
    expect(heard[0]?.cause).toBe(cause);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('answers the same when onError %s, and warns', async (_, onError) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const app = createSourceApp(issuerOptions(store.sessions, { onError }));
    await validate(app, { session_token: 'x' }).expect(400);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('disk full'), 'CrossAppListenerWarning');
    warn.mockRestore();
  });

  it('hands over to the host when it has answered already', async () => {
    const app = createSourceApp(issuerOptions(store.sessions), (_req, res, next) => {
      res.status(504).send('too late');
      next();
    });
    const errors = recordErrors(app);
    await request(app).post(VALIDATE).expect(504);
    expect(errors).toMatchObject([{ code: 'ERR_HTTP_HEADERS_SENT' }]);
  });

  it('passes on what sessions say, such as rate_limited', async () => {
    const redeem = () => Promise.reject(new CrossAppError('rate_limited', { retryAfterSeconds: 9 }));
    const app = createSourceApp(issuerOptions({ ...store.sessions, redeem }));
    const { headers } = await validate(app, { session_token: 'x' }).expect(429);
    expect(headers).toMatchObject({ 'retry-after': '9' });
  });
});

describe('a body of JSON', () => {
  it.each(['', '; charset=utf-8', ';charset="UTF-8"', '; odata=verbose; charset=utf-8', ' ; profile="a;b"'])(
    'may be of the type application/json%s',
    async (rest) => {
      const { body } = await request(createSourceApp(issuerOptions(store.sessions)))
        .post(VALIDATE)
        .set({ ...APP, 'Content-Type': `application/json${rest}` })
        .send('{"session_token":"x"}')
        .expect(400);
      expect(body).toMatchObject({ origin: { code: 'token_malformed' } });
    },
  );
});

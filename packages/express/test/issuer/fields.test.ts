import request from 'supertest';
import { isCodeChallenge, isCodeVerifier, isRedemptionId } from '@cross-app/protocol';
import type { WireError } from '@cross-app/protocol';
import {
  readCodeChallenge,
  readCodeVerifier,
  readPermission,
  readRedeemed,
  readRedemptionId,
  readResourceId,
  readRevokeFilter,
  readSessionToken,
} from '../../src/issuer/wire/fields.js';
import type { JsonObject } from '../../src/issuer/calls/read-json.js';
import { createSourceApp, generate, GENERATE, issuerOptions, SIGNED_IN, validate } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

/** A source app, and the account ids that its hook was asked about. */
function listen() {
  const asked: string[] = [];
  const canUseAccount = (_: unknown, accountId: string) => asked.push(accountId) < 0;
  return { app: createSourceApp(issuerOptions(store.sessions, { canUseAccount })), asked };
}

describe('account_id', () => {
  it.each([
    ['7', '7'],
    ['1e3', '1000'],
    ['9007199254740991', '9007199254740991'],
    ['"9223372036854775807"', '9223372036854775807'],
    ['"0b5e6a7c-1111-4222-8333-944455556666"', '0b5e6a7c-1111-4222-8333-944455556666'],
    ['"acc_8fK-2"', 'acc_8fK-2'],
  ])('may be %s', async (json, accountId) => {
    const { app, asked } = listen();
    await request(app).post(GENERATE).set(SIGNED_IN).type('json').send(`{"account_id":${json}}`).expect(403);
    expect(asked).toEqual([accountId]);
  });

  it.each([
    ...['0', '-1', '-0', '1.5', '9007199254740993', '1e400', 'true', '{}', '[]', '["7"]'],
    ...[
      '""',
      '"0"',
      '"-1"',
      '"+5"',
      '"1.0"',
      '"0x10"',
      '"1_000"',
      '"1e3"',
      '" 7"',
      '"7\\n"',
      '"07"',
      '"\\u0665"',
    ],
    ...['"_x"', '"a b"', '"a\\u0000"', '"\\ud800"', '"ä"', `"${'9'.repeat(1000)}"`, `"a${'b'.repeat(100)}"`],
    '{"toString":"7"}',
  ])('must not be %s', async (json) => {
    const { app, asked } = listen();
    const before = await store.countRows();
    const { body } = await request(app)
      .post(GENERATE)
      .set(SIGNED_IN)
      .type('json')
      .send(`{"account_id":${json}}`)
      .expect(400);
    expect((body as WireError).message).toContain('account_id');
    expect(asked).toEqual([]);
    expect(await store.countRows()).toEqual(before);
  });
});

describe('target_app', () => {
  it.each([['nope'], ['constructor'], ['__proto__'], ['toString'], [''], [null], [5], [['hi-events']], [{}]])(
    'must not be %p',
    async (target) => {
      const { body } = await generate(listen().app, { target_app: target }).expect(400);
      expect((body as WireError).message).toContain('target_app');
    },
  );
});

describe('code_challenge', () => {
  it.each([['short'], ['x'.repeat(43)], [`${'x'.repeat(42)}=`], [null], [5], [['x']]])(
    'must not be %p',
    async (challenge) => {
      const { body } = await generate(listen().app, { code_challenge: challenge }).expect(400);
      expect((body as WireError).message).toContain('code_challenge');
    },
  );
});

describe('event_data', () => {
  it.each([
    ['a text', 'x'],
    ['a number', 0],
    ['false', false],
    ['null', null],
    ['a list', [1, [2]]],
    [
      'names that objects inherit',
      JSON.parse('{"__proto__":{"admin":true},"constructor":1,"then":"x"}') as unknown,
    ],
    ['8,192 bytes', 'x'.repeat(8190)],
    ['8,192 bytes in fewer characters', 'ä'.repeat(4095)],
  ])('may be %s, and arrives as it was', async (_, data) => {
    const { body } = await generate(listen().app, { event_data: data }).expect(200);
    const { session_token: token } = body as { session_token: string };
    const { session } = await store.sessions.redeem(token, { targetApp: 'hi-events' });
    expect(JSON.stringify(session.payload)).toHaveLength(JSON.stringify(data).length);
    expect(session.payload).toEqual(data);
  });

  it.each([
    ['8,193 bytes', 'x'.repeat(8191)],
    ['8,194 bytes in fewer characters', 'ä'.repeat(4096)],
    ['NUL', 'a\0b'],
    ['half a character', { a: '\ud800' }],
  ])('must not be %s', async (_, data) => {
    const { body } = await generate(listen().app, { event_data: data }).expect(400);
    expect(body).toMatchObject({ origin: { code: 'invalid_argument' } });
  });

  it.each([
    [100, 200],
    [1000, 200],
    [8000, 400],
  ])('nested %p deep is answered with %p', async (depth, status) => {
    const { app } = listen();
    const json = `{"event_data":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { body } = await request(app).post(GENERATE).set(SIGNED_IN).type('json').send(json).expect(status);
    const { session_token: token } = body as { session_token?: string };
    const readBack = await validate(app, { session_token: token });
    expect(readBack.status).toBe(status);
  });
});

/** What a body is once it came over the wire. */
const parse = (json: string) => JSON.parse(json) as JsonObject;

describe('permission', () => {
  it.each(['x', 'events:create', '!'.repeat(100)])('may be %p', (permission) => {
    expect(readPermission({ permission })).toBe(permission);
  });

  it.each(['{}', '""', '"a b"', '"a\\n"', '"ä"', `"${'x'.repeat(101)}"`, 'null', '5', '["x"]'])(
    'must not be %s',
    (json) => {
      const body = parse(json === '{}' ? json : `{"permission":${json}}`);
      expect(() => readPermission(body)).toThrow(/^permission must be/);
    },
  );
});

describe('resource_id', () => {
  it.each([
    ['{}', null],
    ['{"resource_id":null}', null],
    ['{"resource_id":0}', '0'],
    ['{"resource_id":42}', '42'],
    ['{"resource_id":"0x10"}', '0x10'],
    ['{"resource_id":"Ünï çödé"}', 'Ünï çödé'],
    [`{"resource_id":"${'\u{1F600}'.repeat(200)}"}`, '\u{1F600}'.repeat(200)],
  ])('of %s is %p', (json, expected) => {
    expect(readResourceId(parse(json))).toBe(expected);
  });

  it.each([
    ...['-1', '1.5', '9007199254740993', '1e400', 'true', '{}', '[]', '["42"]', '""'],
    ...['"a\\u0000"', '"a\\n"', '"\\u007f"', '"\\u0085"', '"\\ud800"', `"${'x'.repeat(201)}"`],
  ])('must not be %s', (json) => {
    expect(() => readResourceId(parse(`{"resource_id":${json}}`))).toThrow(/^resource_id must be/);
  });
});

describe('redeemed', () => {
  it.each([{}, { redeemed: true }, { redeemed: false }])('may be as in %p', (body: JsonObject) => {
    expect(readRedeemed(body)).toBe(body['redeemed']);
  });

  it.each([null, 0, 1, '', 'true', [], [true], {}])('must not be %p', (redeemed) => {
    expect(() => readRedeemed({ redeemed })).toThrow('redeemed must be true or false.');
  });
});

describe('the conditions of revoke-sessions', () => {
  it.each([
    ['{"user_id":"1"}', { userId: '1' }],
    ['{"user_id":1,"all":false}', { userId: '1' }],
    ['{"account_id":"acc_8","source_app":"tuvens"}', { accountId: 'acc_8', sourceApp: 'tuvens' }],
    ['{"all":true}', { all: true }],
    ['{"issued_before":"2026-01-31T12:00:00Z"}', { issuedBefore: new Date('2026-01-31T12:00:00Z') }],
    [
      '{"issued_before":"2026-01-31T12:00:00.5+05:30"}',
      { issuedBefore: new Date('2026-01-31T06:30:00.500Z') },
    ],
  ])('are read from %s', (json, expected) => {
    expect(readRevokeFilter(parse(json))).toEqual(expected);
  });

  it.each(['{}', '{"all":false}', '{"userid":"1"}', '{"__proto__":{"all":true}}', '{"constructor":1}'])(
    'must be given, which they are not in %s',
    (json) => {
      expect(() => readRevokeFilter(parse(json))).toThrow('Give user_id, account_id,');
    },
  );

  // One that was taken for absent would revoke more than was meant.
  it.each([
    ...['user_id', 'account_id'].flatMap((field) =>
      ['null', '""', '0', '"0x10"', '["1"]', '{}'].map((json) => [field, json]),
    ),
    ...['null', '""', '"a b"', '5', '["tuvens"]', `"${'x'.repeat(51)}"`].map((json) => ['source_app', json]),
    ...['null', '"true"', '1'].map((json) => ['all', json]),
    ...['null', '0', '""', '"2026-01-31"', '"2026-01-31T12:00:00"', '"2026-02-30T12:00:00Z"'].map((json) => [
      'issued_before',
      json,
    ]),
    ...['"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59-23:59"', '"31 Jan 2026 12:00 GMT"'].map((json) => [
      'issued_before',
      json,
    ]),
  ])('must not have %s: %s', (field, json) => {
    const body = parse(`{"source_app":"tuvens","all":true,"${field}":${json}}`);
    expect(() => readRevokeFilter(body)).toThrow(new RegExp(`^${field} must be`));
  });
});

describe('the forms that protocol knows', () => {
  const uuid = '0B5E6A7C-1111-4222-8333-94445555666f';
  const texts = [uuid, uuid.slice(1), `${uuid}0`, `{${uuid}}`, '00000000-0000-0000-0000-000000000000', ''];
  const secrets = [43, 44, 128, 129].flatMap((length) =>
    ['A', 'x', '~', '+', '-'].map((c) => c.repeat(length)),
  );
  const accepts = (read: () => unknown) => {
    try {
      return read() !== undefined;
    } catch {
      return false;
    }
  };

  it.each([...texts, ...secrets])('are the same here for %p', (text) => {
    expect({
      redemption_id: accepts(() => readRedemptionId({ redemption_id: text })),
      code_challenge: accepts(() => readCodeChallenge({ code_challenge: text })),
      code_verifier: accepts(() => readCodeVerifier({ code_verifier: text })),
    }).toEqual({
      redemption_id: isRedemptionId(text),
      code_challenge: isCodeChallenge(text),
      code_verifier: isCodeVerifier(text),
    });
  });
});

describe('a hostile body', () => {
  it('has no fields but its own', async () => {
    const token = await store.issueToken();
    const fields = `{"session_token":"${token}","permission":"x","redeemed":true}`;
    for (const json of [`{"__proto__":${fields}}`, `{"constructor":{"prototype":${fields}}}`]) {
      const body = parse(json);
      expect(() => readSessionToken(body)).toThrow('No handoff token was sent.');
      expect(() => readPermission(body)).toThrow(/^permission must be/);
      expect(readRedeemed(body)).toBeUndefined();
    }
    const { app } = listen();
    const { body } = await validate(app, parse(`{"__proto__":${fields}}`)).expect(400);
    expect(body).toMatchObject({ origin: { code: 'token_missing' } });
    expect({}).not.toHaveProperty('redeemed');
  });

  it.each([
    ['account_id', 400],
    ['target_app', 400],
    ['code_challenge', 400],
    ['unknown', 200],
    ['__proto__', 200],
  ])('may be nested 3,000 deep in %s, and is answered with %p', async (field, status) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"":', '}'],
    ] as const) {
      const json = `{"${field}":${open.repeat(3000)}1${close.repeat(3000)}}`;
      const { app } = listen();
      const reply = await request(app).post(GENERATE).set(SIGNED_IN).type('json').send(json);
      expect(reply.status).toBe(status);
    }
  });
});

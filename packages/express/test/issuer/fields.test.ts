import request from 'supertest';
import type { WireError } from '@cross-app/protocol';
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

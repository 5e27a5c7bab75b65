import request from 'supertest';
import { crossAppIssuer } from '../../src/index.js';
import type { CrossAppIssuerOptions, IssuerApp } from '../../src/index.js';
import {
  ACCOUNTS,
  createSourceApp,
  generate,
  GENERATE,
  INSPECT,
  issuerOptions,
  LANDING,
  OTHER_APP,
  OTHER_SECRET,
  PERMISSION,
  post,
  REVOKE,
  REVOKE_MANY,
  SECRET,
  SIGNED_IN,
  VALIDATE,
  validate,
} from '../issuer-app.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

const SOURCE_APP = 'tuvens';
const PAGE = 'https://app.tuvens.com';
const OTHER_PAGE = 'https://hi.events';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

type Changes = Partial<CrossAppIssuerOptions>;

const createApp = (app: IssuerApp, changes: Changes = {}) =>
  createSourceApp(
    issuerOptions(store.sessions, {
      ...changes,
      apps: { [TARGET_APP]: { secrets: [SECRET], ...app }, [OTHER_APP]: { secrets: [OTHER_SECRET] } },
    }),
  );

describe('redirect_uri', () => {
  const second = 'http://127.0.0.1:4000/landing?from=tuvens';
  const app = () => createApp({ redirectUris: [LANDING, second] });

  it.each([[LANDING], [second]])('may be %s, which is registered', async (redirect_uri) => {
    const { body } = await generate(app(), { redirect_uri }).expect(200);
    expect(body).toHaveProperty('session_token');
  });

  it.each([
    [`${LANDING}/`],
    [`${LANDING}?a=1`],
    [`${LANDING}#`],
    ['https://hi.events/auth/cross-app%2F'],
    ['https://HI.EVENTS/auth/cross-app'],
    ['https://hi.events:443/auth/cross-app'],
    ['https://hi.events.evil.example/auth/cross-app'],
    ['https://hi.events/auth/../auth/cross-app'],
    ['http://hi.events/auth/cross-app'],
    ['http://127.0.0.1:4001/landing?from=tuvens'],
    [` ${LANDING}`],
    [''],
    [null],
    [7],
    [[LANDING]],
    [{ 0: LANDING }],
  ])('may not be %j, and no row is written', async (redirect_uri) => {
    const before = await store.countRows();
    const { body } = await generate(app(), { redirect_uri }).expect(400);
    expect(body).toMatchObject({ origin: { code: 'invalid_argument' } });
    expect((body as { message: string }).message).toContain('redirect_uri must be one that is registered');
    expect(await store.countRows()).toEqual(before);
  });

  it('may be none where none is registered', async () => {
    await generate(createApp({}), { redirect_uri: LANDING }).expect(400);
    await generate(createApp({ redirectUris: [] }), { redirect_uri: LANDING }).expect(400);
    const { status } = await generate(createApp({}));
    expect(status).toBe(200);
  });

  it('must be of the target, not of another app', async () => {
    await generate(app(), { redirect_uri: LANDING, target_app: TARGET_APP }).expect(200);
    const { status } = await generate(app(), { redirect_uri: LANDING, target_app: OTHER_APP });
    expect(status).toBe(400);
  });
});

describe('origins', () => {
  const allowedFor = async (origin: string, changes: Changes = {}): Promise<unknown> => {
    const app = createApp({ origins: [OTHER_PAGE] }, changes);
    const { headers } = await request(app).post(GENERATE).set(SIGNED_IN).set('Origin', origin).send({});
    return headers['access-control-allow-origin'];
  };

  it("of an app may call beside the issuer's", async () => {
    expect(await allowedFor(OTHER_PAGE)).toBe(OTHER_PAGE);
    expect(await allowedFor(PAGE)).toBeUndefined();
    expect(await allowedFor(OTHER_PAGE, { origins: [PAGE] })).toBe(OTHER_PAGE);
    expect(await allowedFor(PAGE, { origins: [PAGE] })).toBe(PAGE);
    expect(await allowedFor('https://evil.example', { origins: [PAGE] })).toBeUndefined();
  });
});

describe('targets', () => {
  const appWith = (source: IssuerApp) => {
    const { apps } = issuerOptions(store.sessions);
    const all = { ...apps, [SOURCE_APP]: source };
    return createSourceApp(issuerOptions(store.sessions, { apps: all, appId: SOURCE_APP }));
  };
  const issueFor = async (app: ReturnType<typeof appWith>, target_app: string): Promise<number> =>
    (await generate(app, { target_app })).status;

  it('of the own app are the only ones that tokens are issued for', async () => {
    const app = appWith({ targets: [OTHER_APP] });
    expect(await issueFor(app, OTHER_APP)).toBe(200);
    expect(await issueFor(app, TARGET_APP)).toBe(400);
    expect(await issueFor(app, SOURCE_APP)).toBe(400);
    // One that nobody may be handed over to can still redeem what it was given before.
    await validate(app, { session_token: await store.issueToken() }).expect(200);
  });

  it('are every app but itself when they are not said', async () => {
    const app = appWith({});
    expect(await issueFor(app, OTHER_APP)).toBe(200);
    expect(await issueFor(app, TARGET_APP)).toBe(200);
    expect(await issueFor(app, SOURCE_APP)).toBe(400);
  });

  it('are none when the list is empty', async () => {
    expect(await issueFor(appWith({ targets: [] }), TARGET_APP)).toBe(400);
  });

  it('of another app do not count', async () => {
    const { apps } = issuerOptions(store.sessions);
    const all = { ...apps, [OTHER_APP]: { secrets: [OTHER_SECRET], targets: [] } };
    const app = createSourceApp(issuerOptions(store.sessions, { apps: all, appId: SOURCE_APP }));
    expect(await issueFor(app, TARGET_APP)).toBe(200);
  });
});

describe('an app without secrets', () => {
  it('cannot call, and tokens can be issued for it', async () => {
    const { apps } = issuerOptions(store.sessions);
    const app = createSourceApp(issuerOptions(store.sessions, { apps: { ...apps, local: {} } }));
    await generate(app, { target_app: 'local' }).expect(200);
    const session_token = await store.issueToken({ targetApp: 'local' });
    await validate(app, { session_token }, '').expect(401);
    const basic = `Basic ${Buffer.from('local:').toString('base64')}`;
    const { status } = await post(app, VALIDATE, {
      body: { session_token },
      caller: { authorization: basic },
    });
    expect(status).toBe(401);
  });
});

describe('limits', () => {
  const OTHER = { 'x-shared-secret': OTHER_SECRET };
  const own = { validatePerMinute: 1, accountsPerMinute: 1, permissionPerMinute: 1 };

  it.each([[VALIDATE], [INSPECT], [REVOKE], [REVOKE_MANY], [PERMISSION]])(
    'of an app count for it alone on %s',
    async (path) => {
      const app = createApp({ limits: own });
      // Wrong in every way but the caller: what is asked here is whether the call was counted.
      const body = { session_token: 'x', user_id: 0 };
      const first = await post(app, path, { body });
      expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '1' });
      expect(first.status).toBeLessThan(429);
      expect((await post(app, path, { body })).status).toBe(429);
      const another = await post(app, path, { body: { ...body, session_token: 'y' }, caller: OTHER });
      expect(another.headers).toMatchObject({ 'x-ratelimit-limit': '100' });
      expect(another.status).toBeLessThan(429);
    },
  );

  it('of an app count on user-accounts', async () => {
    const app = createApp({ limits: own });
    const call = () => request(app).get(ACCOUNTS).set('x-shared-secret', SECRET).set('X-Session-Token', 'x');
    expect((await call()).headers).toMatchObject({ 'x-ratelimit-limit': '1' });
    expect((await call()).status).toBe(429);
  });

  it('may be more than those of the issuer, and for some calls only', async () => {
    const app = createApp({ limits: { validatePerMinute: 200 } }, { limits: { accountsPerMinute: 7 } });
    expect((await post(app, VALIDATE)).headers).toMatchObject({ 'x-ratelimit-limit': '200' });
    const { headers } = await request(app)
      .get(ACCOUNTS)
      .set('x-shared-secret', SECRET)
      .set('X-Session-Token', 'x');
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '7' });
  });

  it('of an app are none where the issuer has none', async () => {
    const app = createApp({ limits: own }, { limits: false });
    await post(app, VALIDATE);
    const { headers, status } = await post(app, VALIDATE);
    expect([status, headers['x-ratelimit-limit']]).toEqual([400, undefined]);
  });
});

describe('crossAppIssuer, given apps that cannot work', () => {
  const construct =
    (app: unknown, changes: Record<string, unknown> = {}) =>
    () =>
      crossAppIssuer({
        ...issuerOptions(store.sessions),
        apps: { a: { secrets: [SECRET] }, b: app as IssuerApp },
        ...changes,
      });

  it.each<[string, unknown, string]>([
    ['redirect URIs that are a text', { redirectUris: LANDING }, '["b"].redirectUris must be a list'],
    ...[
      'http://hi.events/',
      'https://hi.events',
      'https://hi.events/#a',
      'https://hi.events/#',
      'https://*.hi.events/',
      'https://hi.events/*',
      'https://a:canary@hi.events/',
      'https://HI.events/',
      'https://hi.events/a/../b',
      'javascript:alert(1)',
      '/auth/cross-app',
      `https://hi.events/${'x'.repeat(2000)}`,
      undefined,
    ].map((uri): [string, unknown, string] => [
      `the redirect URI ${String(uri).slice(0, 30)}`,
      { redirectUris: [LANDING, uri] },
      '["b"].redirectUris[1] must be a URL as a browser writes it',
    ]),
    ['an origin with a path', { origins: [`${PAGE}/`] }, '["b"].origins[0] must be an origin'],
    ['origins that are a text', { origins: PAGE }, '["b"].origins must be a list'],
    ['targets that are a text', { targets: 'a' }, '["b"].targets must be a list'],
    ['a target with a blank', { targets: ['a b'] }, '["b"].targets[0] must be an app'],
    ['a target that is no app', { targets: ['c'] }, '["b"].targets names "c", which is not one of apps'],
    ['targets without appId', { targets: ['a'] }, 'appId must be'],
    ['a limit of 0', { limits: { validatePerMinute: 0 } }, '["b"].limits.validatePerMinute must be'],
    ['a limit that apps do not have', { limits: { generatePerMinute: 5 } }, 'no option "generatePerMinute"'],
    ['limits that are false', { limits: false }, '["b"].limits takes an object'],
  ])('refuses %s at once', (_, app, message) => {
    expect(construct(app)).toThrow(TypeError);
    expect(construct(app)).toThrow(message);
    expect(construct(app)).not.toThrow('canary');
  });

  it.each([[''], ['a b'], [5], [null]])('refuses %j as its own id', (appId) => {
    expect(construct({}, { appId })).toThrow("appId must be this app's id");
  });

  it('does not see what is added to its lists later', async () => {
    const redirectUris: string[] = [];
    const app = createApp({ redirectUris });
    redirectUris.push(LANDING);
    const { status } = await generate(app, { redirect_uri: LANDING });
    expect(status).toBe(400);
  });
});

import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import { LANDING, OTHER_APP, SECRET } from '../../issuer-app.js';
import { ADA, openTestStore, TARGET_APP } from '../../store.js';
import type { TestStore } from '../../store.js';
import {
  asked,
  ASKED,
  CHALLENGE,
  createAuthorizingApp,
  expectErrorPage,
  ORIGIN,
  expectBack,
  visit,
} from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const app = (changes: Parameters<typeof createAuthorizingApp>[1] = {}) =>
  createAuthorizingApp(store.sessions, { limits: false, ...changes });

describe('until the app and its landing are known good, /authorize', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['no client_id', { client_id: undefined }],
    ['an empty client_id', { client_id: '' }],
    ['an unknown client_id', { client_id: 'nobody' }],
    ['the name of a property', { client_id: 'constructor' }],
    ['__proto__ as the client_id', { client_id: '__proto__' }],
    ['a client_id in capitals', { client_id: TARGET_APP.toUpperCase() }],
    ['a client_id with a blank', { client_id: `${TARGET_APP} ` }],
    ['no redirect_uri', { redirect_uri: undefined }],
    ['an empty redirect_uri', { redirect_uri: '' }],
    ['the landing of another host', { redirect_uri: 'https://evil.example/auth/cross-app' }],
    ['a longer path', { redirect_uri: `${LANDING}/` }],
    ['a shorter path', { redirect_uri: LANDING.slice(0, -1) }],
    ['a query', { redirect_uri: `${LANDING}?next=https://evil.example` }],
    ['a fragment', { redirect_uri: `${LANDING}#x` }],
    ['another spelling of the host', { redirect_uri: LANDING.replace('hi.events', 'HI.events') }],
    ['the port that is the default', { redirect_uri: LANDING.replace('hi.events', 'hi.events:443') }],
    ['a user in it', { redirect_uri: LANDING.replace('hi.events', 'hi.events@evil.example') }],
    ['http', { redirect_uri: LANDING.replace('https', 'http') }],
    ['an encoded letter', { redirect_uri: LANDING.replace('auth', '%61uth') }],
    ['a dot segment', { redirect_uri: LANDING.replace('/auth', '/./auth') }],
    ['a line break after it', { redirect_uri: `${LANDING}\r\nSet-Cookie: a=b` }],
    ['NUL after it', { redirect_uri: `${LANDING}\0` }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['an app without a landing', { client_id: OTHER_APP }],
  ])('shows an error page and redirects nowhere for %s', async (_, changes) => {
    const issued = await store.countRows();
    const queries = await store.countQueries(async () => {
      expectErrorPage(await visit(app(), asked(changes)), 400);
    });
    expect(queries).toBe(0);
    expect(await store.countRows()).toEqual(issued);
  });

  it.each(['client_id', 'redirect_uri'] as const)(
    'shows an error page for a %s that is sent twice',
    async (name) => {
      for (const value of [ASKED[name], 'https://evil.example/', '']) {
        const more = new URLSearchParams({ [name]: value }).toString();
        expectErrorPage(await visit(app(), `${asked()}&${more}`), 400);
        expectErrorPage(await visit(app(), `${more}&${asked()}`), 400);
      }
    },
  );

  it('shows an error page for an app that this one may not hand over to, and for itself', async () => {
    const apps = {
      tuvens: { targets: [OTHER_APP], redirectUris: [LANDING] },
      [TARGET_APP]: { secrets: [SECRET], redirectUris: [LANDING] },
      [OTHER_APP]: { redirectUris: [LANDING] },
    };
    const limited = app({ apps, appId: 'tuvens' });
    expectErrorPage(await visit(limited), 400);
    expectErrorPage(await visit(limited, asked({ client_id: 'tuvens' })), 400);
    await visit(limited, asked({ client_id: OTHER_APP })).expect(303);
  });

  it('shows an error page while no apps could be loaded', async () => {
    const registry = { load: () => Promise.reject(new TypeError('the database is gone')) };
    const reply = await visit(
      app({ apps: registry, appId: 'tuvens', onRegistryError: () => undefined, limits: false }),
    );
    expectErrorPage(reply, 503);
    expect(reply.headers['retry-after']).toBe('1');
  });
});

describe('once they are known good, /authorize tells the target app of', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['no code_challenge', { code_challenge: undefined }],
    ['an empty code_challenge', { code_challenge: '' }],
    ['a challenge of 42 characters', { code_challenge: CHALLENGE.slice(1) }],
    ['a challenge of 44 characters', { code_challenge: `${CHALLENGE}A` }],
    ['a padded challenge', { code_challenge: `${CHALLENGE}=` }],
    ['a challenge in base64', { code_challenge: CHALLENGE.replace('-', '+') }],
    ['another spelling of the same challenge', { code_challenge: CHALLENGE.replace(/M$/, 'N') }],
    ['no code_challenge_method', { code_challenge_method: undefined }],
    ['the method plain', { code_challenge_method: 'plain' }],
    ['the method in small letters', { code_challenge_method: 's256' }],
    ['a method with a blank', { code_challenge_method: 'S256 ' }],
    ['an account_id that is no id', { account_id: '0x10' }],
    ['an account_id with NUL', { account_id: 'a\0' }],
  ])('%s as invalid_request, with state and iss', async (_, changes) => {
    const before = await store.countRows();
    const { landing, result } = expectBack(await visit(app(), asked(changes)));
    expect(landing).toBe(LANDING);
    expect(result).toEqual({ error: 'invalid_request', state: 'the-state', iss: ORIGIN });
    expect(await store.countRows()).toEqual(before);
  });

  it.each([
    ['none', asked({ state: undefined })],
    ['an empty one', asked({ state: '' })],
    ['4097 characters', asked({ state: 'x'.repeat(4097) })],
    ['a line break', asked({ state: 'a\r\nb' })],
    ['a letter beyond ASCII', asked({ state: 'ä' })],
    ['bytes that are no UTF-8', `${asked({ state: undefined })}&state=%ff`],
    ['one that is sent twice', `${asked()}&state=the-state`],
    ['one that is sent as a list', `${asked({ state: undefined })}&state[]=the-state`],
  ])('a state that may not be repeated (%s), without it', async (_, query) => {
    const { landing, result } = expectBack(await visit(app(), query));
    expect({ landing, result }).toEqual({
      landing: LANDING,
      result: { error: 'invalid_request', iss: ORIGIN },
    });
  });

  it.each(['code_challenge', 'code_challenge_method', 'account_id'])(
    '%s that is sent twice, or as a list',
    async (name) => {
      const value = { ...ASKED, account_id: '7' }[name] ?? '';
      const without = asked({ [name]: undefined });
      for (const twice of [
        `${name}=${value}&${name}=${value}`,
        `${name}[]=${value}`,
        `${name}[0]=${value}`,
      ]) {
        const { result } = expectBack(await visit(app(), `${without}&${twice}`));
        expect(result).toEqual({ error: 'invalid_request', state: 'the-state', iss: ORIGIN });
      }
    },
  );

  it('an account of somebody else as access_denied, and writes no row', async () => {
    const before = await store.countRows();
    const { result } = expectBack(await visit(app(), asked({ account_id: '8' })));
    expect(result).toEqual({ error: 'access_denied', state: 'the-state', iss: ORIGIN });
    expect(await store.countRows()).toEqual(before);
  });

  it('an account that canUseAccount does not answer true for', async () => {
    const truthy = (() => 'yes') as unknown as () => boolean;
    const { result } = expectBack(await visit(app({ canUseAccount: truthy }), asked({ account_id: '7' })));
    expect(result).toMatchObject({ error: 'access_denied' });
  });

  const fail = () => Promise.reject(new TypeError('the database is gone'));
  const broken: CrossAppSessions = {
    issue: fail,
    redeem: fail,
    inspect: fail,
    revoke: fail,
    revokeAll: fail,
  };

  it('a database that is gone as temporarily_unavailable', async () => {
    const failing = createAuthorizingApp(broken, { limits: false });
    const reply = await visit(failing);
    expect(expectBack(reply).result).toEqual({
      error: 'temporarily_unavailable',
      state: 'the-state',
      iss: ORIGIN,
    });
    expect(reply.headers).not.toHaveProperty('retry-after');
  });

  it.each([
    ['currentUser', { authorize: { currentUser: fail } }],
    ['currentUser that gives a user without an id', { authorize: { currentUser: () => ({}) as never } }],
    ['payload', { authorize: { payload: fail } }],
    ['canUseAccount', { canUseAccount: fail }],
    ['listAccounts', { listAccounts: fail }],
    ['listAccounts that gives no list', { listAccounts: () => ({}) as never }],
    ['listAccounts that gives something else', { listAccounts: () => [{ id: 7 }] as never }],
  ])('a hook that fails as temporarily_unavailable: %s', async (_, changes) => {
    const before = await store.countRows();
    const { result } = expectBack(await visit(app(changes)));
    expect(result).toEqual({ error: 'temporarily_unavailable', state: 'the-state', iss: ORIGIN });
    expect(await store.countRows()).toEqual(before);
  });

  it('a mistake of the host, and not its own, as server_error', async () => {
    const unknown = { ...ADA, id: '999999' };
    const noAccounts = { listAccounts: () => [] };
    const gone = app({ ...noAccounts, authorize: { currentUser: () => unknown } });
    expect(expectBack(await visit(gone)).result).toMatchObject({ error: 'server_error' });
    const large = app({ authorize: { payload: () => 'x'.repeat(9000) } });
    expect(expectBack(await visit(large)).result).toMatchObject({ error: 'server_error' });
  });

  it('too many calls as temporarily_unavailable, counted for each user with those of generate-session', async () => {
    const limited = createAuthorizingApp(store.sessions, {
      limits: { generatePerMinute: 2 },
      authorize: { currentUser: (req) => ({ ...ADA, id: req.headers.cookie === 'sid=ada' ? ADA.id : '2' }) },
    });
    await visit(limited).expect(303);
    await visit(limited, asked({ account_id: '8' })).expect(303);
    const before = await store.countRows();
    const reply = await visit(limited);
    expect(expectBack(reply).result).toEqual({
      error: 'temporarily_unavailable',
      state: 'the-state',
      iss: ORIGIN,
    });
    expect(reply.headers).not.toHaveProperty('retry-after');
    expect(await store.countRows()).toEqual(before);
    const other = expectBack(await visit(limited).set('Cookie', 'sid=other'));
    expect(other.result['error']).not.toBe('temporarily_unavailable');
  });

  it('a refusal of sessions that has no name here as server_error', async () => {
    const issue = () => Promise.reject(new CrossAppError('token_unknown'));
    const { result } = expectBack(await visit(createAuthorizingApp({ ...store.sessions, issue })));
    expect(result).toMatchObject({ error: 'server_error' });
  });
});

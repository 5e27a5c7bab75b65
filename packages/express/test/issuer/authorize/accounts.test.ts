import { urlencoded } from 'express';
import type { Express } from 'express';
import request from 'supertest';
import type { Test } from 'supertest';
import { createSourceApp, LANDING, OTHER_APP } from '../../issuer-app.js';
import { ACME, ADA, openTestStore, TARGET_APP } from '../../store.js';
import type { TestStore } from '../../store.js';
import {
  asked,
  ASKED,
  AUTHORIZE,
  authorizeOptions,
  COOKIE,
  createAuthorizingApp,
  expectErrorPage,
  LOGIN,
  ORIGIN,
  expectBack,
  VERIFIER,
  visit,
} from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const GLOBEX = { id: '8', name: '<b>Globex</b> & "Sons"', slug: null };
const OWN_FORM = { 'Sec-Fetch-Site': 'same-origin', Origin: ORIGIN };

/** A source app where Ada may choose between two accounts. */
function createApp(changes: Parameters<typeof createAuthorizingApp>[1] = {}): Express {
  return createAuthorizingApp(store.sessions, {
    limits: false,
    listAccounts: () => [ACME, GLOBEX],
    ...changes,
  });
}

/** Sends the form of the page as a browser does. */
function choose(app: Express, fields: string, headers: Record<string, string> = OWN_FORM): Test {
  return request(app).post(AUTHORIZE).set('Cookie', COOKIE).set(headers).send(fields);
}

/** The account of a token. */
async function accountOf(token: string): Promise<string | undefined> {
  const { account } = await store.sessions.redeem(token, { targetApp: TARGET_APP, codeVerifier: VERIFIER });
  return account?.id;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function unescape(html: string): string {
  return html.replace(/&(?:#(\d+)|([a-z]+));/g, (_, code?: string, name = '') =>
    code === undefined ? (NAMED[String(name)] ?? '?') : String.fromCharCode(Number(code)),
  );
}

/** The hidden inputs of the page's form, as its HTML has them. */
function hiddenFields(html: string): Readonly<Record<string, string>> {
  const inputs = html.match(/<input type="hidden"[^>]*>/g) ?? [];
  const read = (input: string, name: string): string =>
    unescape(new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? '');
  return Object.fromEntries(inputs.map((input) => [read(input, 'name'), read(input, 'value')]));
}

describe('the account of a token from /authorize', () => {
  it('is the one that is named, without a question', async () => {
    const { token } = expectBack(await visit(createApp(), asked({ account_id: ACME.id })));
    expect(await accountOf(token)).toBe(ACME.id);
  });

  it('is the only one that the person has', async () => {
    const { token } = expectBack(await visit(createApp({ listAccounts: () => [ACME] })));
    expect(await accountOf(token)).toBe(ACME.id);
  });

  it.each([
    ['has none', { listAccounts: () => [] }],
    ['cannot be asked', { listAccounts: undefined as never }],
  ])('is none where the person %s', async (_, changes) => {
    const { token } = expectBack(await visit(createApp(changes)));
    expect(await accountOf(token)).toBeUndefined();
  });

  it('is none of theirs if canUseAccount says no, even the only one that listAccounts names', async () => {
    const canUseAccount = jest.fn(() => false);
    const app = createApp({ listAccounts: () => [ACME], canUseAccount });
    expect(expectBack(await visit(app)).result).toMatchObject({ error: 'access_denied' });
    expect(canUseAccount).toHaveBeenCalledWith(ADA, ACME.id);
  });

  it('is asked of listAccounts for the user, with the e-mail and the name that currentUser gave', async () => {
    const listAccounts = jest.fn(() => []);
    await visit(createApp({ listAccounts }));
    expect(listAccounts).toHaveBeenLastCalledWith(ADA);
    const currentUser = () => ({ id: 1n, email: 'ada@example.com', name: null });
    await visit(createApp({ listAccounts, authorize: { currentUser } }));
    expect(listAccounts).toHaveBeenLastCalledWith({ ...ADA, name: 'ada@example.com' });
    await visit(createApp({ listAccounts, authorize: { currentUser: () => ({ id: 1 }) } }));
    expect(listAccounts).toHaveBeenLastCalledWith({ id: '1', email: '', name: '' });
  });
});

describe('the page that asks for an account', () => {
  it('names the accounts, issues nothing, and counts as no call', async () => {
    const before = await store.countRows();
    const app = createApp({
      limits: { generatePerMinute: 1 },
      authorize: { appNames: { [TARGET_APP]: 'Hi.Events' } },
    });
    await visit(app).expect(200);
    const { text } = await visit(app).expect(200);
    expect(text).toContain('Hi.Events');
    expect(text).toContain('value="7"');
    expect(text).toContain('value="8"');
    expect(text).toContain('Acme');
    expect(text).not.toContain('<b>Globex');
    expect(text).not.toContain('handoff_');
    expect(await store.countRows()).toEqual(before);
  });

  it('is stored and framed nowhere, tells no address, and lets its form lead to the landing and on from there', async () => {
    const { headers } = await visit(createApp()).expect(200);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      // With no-referrer its own form would come from the origin "null".
      'referrer-policy': 'strict-origin',
      'x-frame-options': 'DENY',
    });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    const [, targets = ''] = /form-action ([^;]*)/.exec(policy) ?? [];
    expect(targets.split(' ').sort()).toEqual(["'self'", 'https:', 'https://hi.events'].sort());
  });

  it('lets its form lead to a landing on loopback', async () => {
    const landing = 'http://localhost:4000/auth/cross-app';
    const app = createApp({ apps: { [TARGET_APP]: { redirectUris: [landing] } } });
    const { headers } = await visit(app, asked({ redirect_uri: landing })).expect(200);
    expect(headers['content-security-policy']).toMatch(/form-action [^;]*http:\/\/localhost:4000/);
  });

  it('has a form that says again what was asked, and a way back that denies it', async () => {
    const state = `"><script>alert(1)</script>&amp;'`;
    const { text } = await visit(createApp(), asked({ state })).expect(200);
    expect(text).toContain(`action="${AUTHORIZE}"`);
    expect(text).not.toContain('<script>alert');
    expect(hiddenFields(text)).toEqual({ ...ASKED, state });
    const denied = new URLSearchParams({ error: 'access_denied', state, iss: ORIGIN }).toString();
    expect(unescape(text)).toContain(`href="${LANDING}?${denied}"`);
  });

  it('leads on with the account that was chosen', async () => {
    const app = createApp();
    const { text } = await visit(app).expect(200);
    const fields = new URLSearchParams({ ...hiddenFields(text), account_id: ACME.id }).toString();
    const { landing, token, result } = expectBack(await choose(app, fields));
    expect(landing).toBe(LANDING);
    expect(result).toEqual({ session_token: token, state: ASKED.state, iss: ORIGIN });
    expect(await accountOf(token)).toBe(ACME.id);
  });

  it('leads on where the host parses forms itself', async () => {
    const options = authorizeOptions(store.sessions, { limits: false });
    const app = createSourceApp(options, urlencoded({ extended: true }));
    const { token } = expectBack(await choose(app, asked({ account_id: ACME.id })));
    expect(await accountOf(token)).toBe(ACME.id);
    const twice = expectBack(await choose(app, `${asked()}&account_id=7&account_id=8`));
    expect(twice.result).toMatchObject({ error: 'invalid_request' });
    const nested = expectBack(await choose(app, `${asked()}&account_id[a]=7`));
    expect(nested.result).toMatchObject({ error: 'invalid_request' });
  });

  it('comes again when none was chosen', async () => {
    const { text } = await choose(createApp(), asked()).expect(200);
    expect(text).toContain('value="8"');
  });

  it('refuses an account that was written into the form', async () => {
    const before = await store.countRows();
    for (const account of ['8', '9', 'acc_9']) {
      const { result } = expectBack(await choose(createApp(), asked({ account_id: account })));
      expect(result).toEqual({ error: 'access_denied', state: ASKED.state, iss: ORIGIN });
    }
    const { result } = expectBack(await choose(createApp(), asked({ account_id: '7;DROP' })));
    expect(result).toMatchObject({ error: 'invalid_request' });
    expect(await store.countRows()).toEqual(before);
  });

  it('checks everything again', async () => {
    const app = createApp();
    expectErrorPage(await choose(app, asked({ redirect_uri: 'https://evil.example/' })), 400);
    expectErrorPage(await choose(app, asked({ client_id: OTHER_APP })), 400);
    expectErrorPage(await choose(app, ''), 400);
    expectErrorPage(await choose(app, `a=${'b'.repeat(17_000)}`), 413);
    const { result } = expectBack(await choose(app, asked({ account_id: '7', code_challenge: undefined })));
    expect(result).toMatchObject({ error: 'invalid_request' });
  });

  it('reads its form and never the query beside it', async () => {
    const url = `${AUTHORIZE}?${asked({ account_id: '7' })}`;
    const reply = await request(createApp()).post(url).set('Cookie', COOKIE).set(OWN_FORM).send('a=b');
    expectErrorPage(reply, 400);
  });

  it('asks for the login, and comes back, when the person has been signed out meanwhile', async () => {
    const fields = asked({ account_id: ACME.id });
    const reply = await choose(createApp(), fields).set('Cookie', 'sid=old').expect(303);
    const location = reply.headers['location'] ?? '';
    expect(location).toContain(`${LOGIN}?`);
    const back = new URL(new URL(location).searchParams.get('continue') ?? '');
    expect(back.origin + back.pathname).toBe(ORIGIN + AUTHORIZE);
    expect(Object.fromEntries(back.searchParams)).toEqual({ ...ASKED, account_id: ACME.id });
  });
});

describe('a form that chooses an account', () => {
  it.each<[string, Record<string, string>]>([
    ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['another host of this site', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.tuvens.com' }],
    ['another site that claims our origin', { 'Sec-Fetch-Site': 'cross-site', Origin: ORIGIN }],
    ['no page at all', { 'Sec-Fetch-Site': 'none' }],
    ['the target app', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://hi.events' }],
    ['an old browser on another site', { Origin: 'https://evil.example' }],
    ['an old browser on a page that hides where it is', { Origin: 'null' }],
    ['an old browser on our host in plain text', { Origin: ORIGIN.replace('https', 'http') }],
    ['a client that says nothing', {}],
    ['a client with two origins', { Origin: `${ORIGIN}, ${ORIGIN}` }],
  ])('is refused from %s', async (_, headers) => {
    const before = await store.countRows();
    const queries = await store.countQueries(async () => {
      expectErrorPage(await choose(createApp(), asked({ account_id: ACME.id }), headers), 403);
    });
    expect(queries).toBe(0);
    expect(await store.countRows()).toEqual(before);
  });

  it('is taken from our own page in a browser that is too old to say more than its origin', async () => {
    expectBack(await choose(createApp(), asked({ account_id: ACME.id }), { Origin: ORIGIN }));
  });

  it('is taken from our own page under another name of our host', async () => {
    const headers = { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://www.tuvens.com' };
    expectBack(await choose(createApp(), asked({ account_id: ACME.id }), headers));
  });
});

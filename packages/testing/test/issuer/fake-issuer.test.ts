import { createHash } from 'node:crypto';
import { createBrowser, createFakeIssuer, createMemorySessions } from '../../src/index.js';
import type { Browser, FakeIssuer, MemorySessions, Page } from '../../src/index.js';
import { ACME, ADA, MALLORY, TARGET_APP as targetApp } from '../people.js';

const landingUrl = 'https://hi.events/auth/cross-app';
const people = [ADA, MALLORY];
const codeVerifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(codeVerifier).digest('base64url');

let sessions: MemorySessions;
let issuer: FakeIssuer;
let browser: Browser;
beforeAll(async () => {
  sessions = createMemorySessions({ people });
  issuer = await createFakeIssuer({ sessions, people, targetApp, landingUrl });
});
afterAll(() => issuer.close());
beforeEach(() => {
  issuer.misbehave();
  browser = createBrowser({ resolve: issuer.resolve });
});

async function ask(changes: Record<string, string> = {}): Promise<{ page: Page; reply: URLSearchParams }> {
  const query = new URLSearchParams({
    client_id: targetApp,
    redirect_uri: landingUrl,
    state: 'a state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  });
  const page = await browser.open(`https://tuvens.com/api/cross-app/authorize?${query.toString()}`);
  return { page, reply: new URL(page.url).searchParams };
}

describe('the fake issuer', () => {
  it('sends who is signed in back with a token for this browser', async () => {
    await issuer.signIn(browser, ADA);
    const { page, reply } = await ask();
    expect(page.url.startsWith(`${landingUrl}?`)).toBe(true);
    expect(Object.fromEntries(reply)).toMatchObject({ state: 'a state', iss: 'https://tuvens.com' });
    const token = reply.get('session_token') ?? '';
    await expect(sessions.redeem(token, { targetApp })).rejects.toMatchObject({ code: 'verifier_mismatch' });
    const { user, account } = await sessions.redeem(token, { targetApp, codeVerifier });
    expect([user.id, account?.id]).toEqual([ADA.id, ACME.id]);
    expect(issuer.issued.at(-1)).toBe(token);
  });

  it('lets somebody sign in first, and goes on', async () => {
    const { page } = await ask();
    expect(page.text).toContain('Sign in');
    await browser.submit(undefined, { user: MALLORY.id });
    const token = new URL(browser.page.url).searchParams.get('session_token') ?? '';
    expect((await sessions.inspect(token, { targetApp, codeVerifier })).user.id).toBe(MALLORY.id);
  });

  it('has two people in two browsers, until they sign out', async () => {
    await issuer.signIn(browser, ADA);
    const other = createBrowser({ resolve: issuer.resolve });
    await issuer.signIn(other, MALLORY);
    expect((await ask()).reply.has('session_token')).toBe(true);
    await issuer.signIn(browser, null);
    expect((await ask()).page.text).toContain('Sign in');
  });

  it.each([
    ['another app', { client_id: 'other' }],
    ['another landing', { redirect_uri: 'https://evil.example/' }],
  ])('sends nobody to %s', async (_what, changes) => {
    await issuer.signIn(browser, ADA);
    expect((await ask(changes)).page).toMatchObject({ status: 400 });
  });

  it.each([
    ['no challenge', { code_challenge: '' }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['no state', { state: '' }],
  ])('refuses %s at the target app', async (_what, changes) => {
    await issuer.signIn(browser, ADA);
    const { reply } = await ask(changes);
    expect(reply.get('error')).toBe('invalid_request');
    expect(reply.has('session_token')).toBe(false);
  });

  it.each([
    ['names another issuer', { iss: 'https://evil.example' }, { iss: 'https://evil.example' }],
    ['names no issuer', { iss: null }, { iss: undefined }],
    ['has another state', { state: 'other' }, { state: 'other' }],
    ['has none', { state: null }, { state: undefined }],
    ['refuses', { error: 'access_denied' }, { error: 'access_denied', session_token: undefined }],
  ])('is told to misbehave: it %s', async (_what, misbehaviour, expected) => {
    await issuer.signIn(browser, ADA);
    issuer.misbehave(misbehaviour);
    const reply = Object.fromEntries((await ask()).reply);
    for (const [name, value] of Object.entries(expected)) expect(reply[name]).toBe(value);
  });

  it("is told to bind the token to somebody else's browser", async () => {
    await issuer.signIn(browser, ADA);
    issuer.misbehave({ challenge: createHash('sha256').update('w'.repeat(43)).digest('base64url') });
    const token = (await ask()).reply.get('session_token') ?? '';
    await expect(sessions.redeem(token, { targetApp, codeVerifier })).rejects.toMatchObject({
      code: 'verifier_mismatch',
    });
  });

  it('posts a token from a page that tells its origin only, with scripts and without', async () => {
    await issuer.signIn(browser, ADA);
    await browser.open('https://tuvens.com/handoff/form');
    const [form] = browser.page.forms;
    expect(form).toMatchObject({ action: landingUrl, method: 'post' });

    const withScripts = createBrowser({ resolve: issuer.resolve, withScripts: true });
    await issuer.signIn(withScripts, ADA);
    const page = await withScripts.open('https://tuvens.com/handoff/form');
    expect(page.requests.at(-1)).toMatchObject({
      method: 'POST',
      url: landingUrl,
      headers: { origin: 'https://tuvens.com', referer: 'https://tuvens.com/' },
    });
  });

  it('shows a link, and gives links and forms to tests', async () => {
    await issuer.signIn(browser, ADA);
    const page = await browser.open('https://tuvens.com/handoff/link');
    expect(page.links[0]).toContain(`${landingUrl}?session_token=handoff_`);
    expect(await issuer.link(ADA, { callbackUrl: '/events' })).toContain('callback_url=%2Fevents');
    expect(await issuer.form(ADA, { action: 'create-event' })).toMatchObject({
      action: landingUrl,
      fields: { action: 'create-event' },
    });
  });

  it('knows which token was used', async () => {
    await issuer.link(ADA);
    const token = issuer.issued.at(-1) ?? '';
    expect(await issuer.isUsed(token)).toBe(false);
    await sessions.redeem(token, { targetApp });
    expect(await issuer.isUsed(token)).toBe(true);
  });

  it.each([
    ['an origin with a path', { origin: 'https://tuvens.com/' }, 'origin'],
    ['a landing on plain http', { landingUrl: 'http://hi.events/' }, 'landingUrl'],
    ['no app', { targetApp: '' }, 'targetApp'],
    ['nobody', { people: [] }, 'people'],
  ])('is not made with %s', async (_what, changes, message) => {
    const options = { sessions, people, targetApp, landingUrl, ...changes };
    await expect(createFakeIssuer(options)).rejects.toThrow(message);
  });
});

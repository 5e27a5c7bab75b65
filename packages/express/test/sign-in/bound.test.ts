import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { AUTHORIZE, createHiEvents, EVIL, MOUNT, ORIGIN, signInOptions, TUVENS } from './hi-events.js';
import type { HiEvents } from './hi-events.js';
import { answerOf, begin, cookiesOf, createVisitor, landingWith, sha256 } from './visitor.js';

let store: TestStore;
let hiEvents: HiEvents;

beforeAll(async () => {
  store = await openTestStore();
  hiEvents = createHiEvents(signInOptions(store.sessions));
});

afterAll(() => store.close());

const newVisitor = () => createVisitor(hiEvents.app);

async function expectRefused(path: string, visitor = newVisitor()) {
  const before = await store.countRows();
  const reply = await visitor.get(path);
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.type).toBe('text/html');
  expect((await store.countRows()).used).toBe(before.used);
  expect(await visitor.whoAmI()).toBeNull();
  return reply;
}

describe('the start of the bound flow', () => {
  it('sends the browser to the source app with a challenge, and keeps the secret in a cookie', async () => {
    const reply = await newVisitor().get(`${MOUNT}/start?return_to=%2Fevents%3Fid%3D5&account_id=7`);
    expect(reply.status).toBe(303);
    const url = new URL(String(reply.headers['location']));
    expect(url.origin + url.pathname).toBe(AUTHORIZE);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'hi-events',
      redirect_uri: ORIGIN + MOUNT,
      state: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/) as string,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
      account_id: '7',
    });
    expect(reply.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    expect(reply.text).toBe('');
    expect(cookiesOf(reply)).toEqual({
      'cross-app': expect.stringMatching(
        /^cross-app=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
      ) as string,
    });
  });

  it('has a __Host- cookie that is Secure behind https', async () => {
    const landingUrl = `https://hi.events${MOUNT}`;
    const { app } = createHiEvents(signInOptions(store.sessions, { landingUrl }));
    const reply = await createVisitor(app).get(`${MOUNT}/start`);
    expect(cookiesOf(reply)).toEqual({
      '__Host-cross-app': expect.stringMatching(
        /^__Host-cross-app=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ) as string,
    });
  });

  it('never has the verifier, the secret or the return address readable in what the source app gets but sealed', async () => {
    const reply = await newVisitor().get(`${MOUNT}/start`);
    const secret = /cross-app=([\w-]{43})/.exec(cookiesOf(reply)['cross-app'] ?? '')?.[1] ?? 'none';
    expect(String(reply.headers['location'])).not.toContain(secret);
    const url = new URL(String(reply.headers['location']));
    expect(sha256(secret)).not.toBe(url.searchParams.get('code_challenge'));
  });

  it('refuses a source that it does not know', async () => {
    const { status, headers } = await newVisitor().get(`${MOUNT}/start?source=evil`);
    expect([status, headers['location']]).toEqual([400, undefined]);
  });
});

describe('the way back of the bound flow', () => {
  it('signs in the browser that began it, without a click', async () => {
    const visitor = newVisitor();
    const path = await answerOf(store, await begin(visitor, '?return_to=/events'));
    const reply = await visitor.get(path);
    expect([reply.status, reply.headers['location']]).toEqual([303, `${ORIGIN}/events`]);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
  });

  it('sends no token on: neither in a header nor in a body', async () => {
    const visitor = newVisitor();
    const path = await answerOf(store, await begin(visitor));
    const { headers, text } = await visitor.get(path);
    expect(JSON.stringify(headers) + text).not.toContain('handoff_');
  });

  it('refuses the browser of a thief, uses nothing up, and lets the owner in afterwards', async () => {
    const owner = newVisitor();
    const path = await answerOf(store, await begin(owner));
    await expectRefused(path);
    const thief = newVisitor();
    await begin(thief);
    await expectRefused(path, thief);
    expect((await owner.get(path)).status).toBe(303);
    expect(await owner.whoAmI()).toBe('ada@example.com');
  });

  it("refuses an attacker's token in a victim's flow, and leaves it", async () => {
    const [victim, attacker] = [newVisitor(), newVisitor()];
    const victims = await begin(victim);
    const attackers = await begin(attacker);
    const state = victims.searchParams.get('state') ?? '';
    await expectRefused(await answerOf(store, attackers, { state }), victim);
  });

  it('refuses the state of another flow of the same browser: its verifier is another one', async () => {
    const visitor = newVisitor();
    const [one, other] = [await begin(visitor), await begin(visitor)];
    const state = other.searchParams.get('state') ?? '';
    await expectRefused(await answerOf(store, one, { state }), visitor);
    expect((await visitor.get(await answerOf(store, one))).status).toBe(303);
  });

  it('refuses to drop the binding: a verifier for a token without a challenge', async () => {
    const visitor = newVisitor();
    const asked = await begin(visitor);
    const token = await store.issueToken();
    await expectRefused(await answerOf(store, asked, { session_token: token }), visitor);
  });

  it('refuses to drop the binding the other way: a bound token as a plain link', async () => {
    const visitor = newVisitor();
    const codeChallenge = (await begin(visitor)).searchParams.get('code_challenge') ?? '';
    const token = await store.issueToken({ codeChallenge });
    await expectRefused(landingWith({ session_token: token }), visitor);
  });

  it.each([
    ['another app', { iss: EVIL }],
    ['nobody', { iss: '' }],
    ['the same name over http', { iss: 'http://tuvens.com' }],
    ['the origin with a slash', { iss: `${TUVENS}/` }],
  ])('refuses an answer of %s before any call', async (_name, changes) => {
    const visitor = newVisitor();
    const path = await answerOf(store, await begin(visitor), changes);
    const queries = await store.countQueries(async () => {
      expect((await visitor.get(path)).status).toBe(400);
    });
    expect(queries).toBe(0);
  });

  it.each([
    ['none', ''],
    ['a broken one', 'x'],
    ['one with another return address', 'change'],
  ])('refuses a state that is not ours: %s', async (_name, state) => {
    const visitor = newVisitor();
    const asked = await begin(visitor);
    const [content = '', proof = ''] = (asked.searchParams.get('state') ?? '').split('.');
    const [nonce, source] = JSON.parse(Buffer.from(content, 'base64url').toString()) as string[];
    const changed = Buffer.from(JSON.stringify([nonce, source, EVIL])).toString('base64url');
    await expectRefused(
      await answerOf(store, asked, { state: state === 'change' ? `${changed}.${proof}` : state }),
      visitor,
    );
  });

  it('keeps several tabs apart', async () => {
    const visitor = newVisitor();
    const tabs = [];
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) tabs.push(await begin(visitor, `?return_to=/tab/${n}`));
    for (const [index, tab] of [...tabs.entries()].reverse()) {
      const reply = await visitor.get(await answerOf(store, tab));
      expect([reply.status, reply.headers['location']]).toEqual([303, `${ORIGIN}/tab/${index + 1}`]);
    }
  });

  it.each([
    ['access_denied', 403],
    ['login_required', 401],
    ['temporarily_unavailable', 503],
    ['invalid_request', 400],
    ['<script>', 400],
  ])('shows a page when the source app answers %s', async (error, status) => {
    const visitor = newVisitor();
    const state = (await begin(visitor)).searchParams.get('state') ?? '';
    const reply = await visitor.get(landingWith({ error, state, iss: TUVENS }));
    expect(reply.status).toBe(status);
    expect(reply.text).not.toContain('<script>');
  });
});

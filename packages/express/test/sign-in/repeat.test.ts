import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import type { Arrival, CrossAppRequest } from '../../src/index.js';
import { createHiEvents, hostData, MOUNT, ORIGIN, signInOptions } from './hi-events.js';
import type { HiEvents, SignInOptions } from './hi-events.js';
import { answerOf, begin, createVisitor, formOf, landingWith } from './visitor.js';
import type { Visitor } from './visitor.js';

let store: TestStore;
const onSignIn = jest.fn();

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  onSignIn.mockReset();
});

afterAll(() => store.close());

const open = (changes: Partial<SignInOptions> = {}): { hiEvents: HiEvents; visitor: Visitor } => {
  onSignIn.mockImplementation(({ user }: Arrival, req: CrossAppRequest) => {
    hostData(req).visitor = user.email;
  });
  const hiEvents = createHiEvents(signInOptions(store.sessions, { onSignIn, ...changes }));
  return { hiEvents, visitor: createVisitor(hiEvents.app) };
};

/** A page with a button, whose browser has a session of its own already: a basket. */
async function seePage(visitor: Visitor) {
  await visitor.agent.post('/basket');
  return formOf(await visitor.get(landingWith({ session_token: await store.issueToken() })));
}

describe('the same browser again', () => {
  it('is signed in once by a double click, with one session', async () => {
    const { hiEvents, visitor } = open();
    const { path, fields } = await seePage(visitor);
    const replies = await Promise.all([visitor.post(path, fields), visitor.post(path, fields)]);
    expect(replies.map(({ status, headers }) => [status, headers['location']])).toEqual([
      [303, `${ORIGIN}/`],
      [303, `${ORIGIN}/`],
    ]);
    expect(onSignIn).toHaveBeenCalledTimes(1);
    expect(await hiEvents.countSessions()).toBe(1);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
  });

  it('gets on with a reload of the form, and with Back and the button', async () => {
    const { visitor } = open();
    const { path, fields } = await seePage(visitor);
    for (let n = 0; n < 3; n++) {
      const { status, headers } = await visitor.post(path, fields);
      expect([status, headers['location']]).toEqual([303, `${ORIGIN}/`]);
    }
    const again = await visitor.get(landingWith({ session_token: fields['session_token'] ?? '' }));
    expect([again.status, again.headers['location']]).toEqual([303, `${ORIGIN}/`]);
    expect(onSignIn).toHaveBeenCalledTimes(1);
  });

  it('gets on with a reload of the bound way back', async () => {
    const { visitor } = open();
    const path = await answerOf(store, await begin(visitor, '?return_to=/events'));
    for (let n = 0; n < 3; n++) {
      expect((await visitor.get(path)).headers['location']).toBe(`${ORIGIN}/events`);
    }
    expect(onSignIn).toHaveBeenCalledTimes(1);
  });

  it('completes a sign-in that broke off after the token was used up', async () => {
    const { hiEvents, visitor } = open();
    const { path, fields } = await seePage(visitor);
    onSignIn.mockImplementationOnce(() => {
      throw new TypeError('the process died here');
    });
    expect((await visitor.post(path, fields)).status).toBe(503);
    expect(await visitor.whoAmI()).toBeNull();
    expect((await visitor.post(path, fields)).status).toBe(303);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
    expect(await hiEvents.countSessions()).toBe(1);
  });

  it('completes it in another process of the app', async () => {
    const { visitor } = open();
    const { path, fields } = await seePage(visitor);
    const cookie = 'cross-app=' + 'x'.repeat(43);
    const post = (app: HiEvents['app']) => createVisitor(app).post(path, fields).set('Cookie', cookie);
    expect((await post(open().hiEvents.app)).status).toBe(303);
    expect((await post(open().hiEvents.app)).status).toBe(303);
  });

  it('is not signed in again by Back after it has signed out', async () => {
    const { visitor } = open();
    const { path, fields } = await seePage(visitor);
    await visitor.post(path, fields);
    await visitor.agent.post('/sign-out');
    const back = await visitor.post(path, fields);
    const link = await visitor.get(landingWith({ session_token: fields['session_token'] ?? '' }));
    expect([back.status, link.status, await visitor.whoAmI()]).toEqual([401, 401, null]);
    expect(back.text).toMatch(/already/i);
  });
});

describe('another browser', () => {
  it('is refused with the link that was used, and the owner stays signed in', async () => {
    const { hiEvents, visitor } = open();
    const { path, fields } = await seePage(visitor);
    await visitor.post(path, fields);
    const stranger = createVisitor(hiEvents.app);
    const reply = await stranger.get(landingWith({ session_token: fields['session_token'] ?? '' }));
    expect([reply.status, await stranger.whoAmI()]).toEqual([401, null]);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
  });

  it('sees the same page for a used, an unknown, a revoked and another app’s token', async () => {
    const { hiEvents } = open();
    const revoked = await store.issueToken();
    await store.sessions.revoke(revoked);
    const tokens = [
      await store.redeemedToken(),
      revoked,
      await store.issueToken({ targetApp: 'tickets' }),
      await store.issueToken({ codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }),
    ];
    const pages = [];
    for (const token of tokens) {
      const reply = await createVisitor(hiEvents.app).get(landingWith({ session_token: token }));
      pages.push([reply.status, reply.text.replace(/nonce="[^"]+"|[0-9a-f]{12}/g, '')]);
    }
    expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1);
    expect(pages[0]?.[0]).toBe(401);
  });

  it('that opened the page first cannot use what the owner has used', async () => {
    const { hiEvents, visitor } = open();
    const thief = createVisitor(hiEvents.app);
    const token = await store.issueToken();
    const [own, stolen] = [
      formOf(await visitor.get(landingWith({ session_token: token }))),
      formOf(await thief.get(landingWith({ session_token: token }))),
    ];
    const replies = await Promise.all([
      visitor.post(own.path, own.fields),
      thief.post(stolen.path, stolen.fields),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 401]);
  });
});

describe('the session after a sign-in', () => {
  it('has a new id, and nothing of the one before, which is gone', async () => {
    const { hiEvents, visitor } = open();
    const { path, fields } = await seePage(visitor);
    const before = (await visitor.agent.get('/')).body as { id: string; basket: string };
    expect(before.basket).toBe('two tickets');
    await visitor.post(path, fields);
    const after = (await visitor.agent.get('/')).body as { id: string; basket: null };
    expect(after.basket).toBeNull();
    expect(after.id).not.toBe(before.id);
    expect(after.id).toMatch(/^[\w-]{43}$/);
    expect(await hiEvents.countSessions()).toBe(1);
  });

  it('has an id that nobody without the cookie can make from the token', async () => {
    const ids = [];
    for (let n = 0; n < 2; n++) {
      const { visitor } = open();
      const { path, fields } = await seePage(visitor);
      await visitor.post(path, fields);
      ids.push(((await visitor.agent.get('/')).body as { id: string }).id);
    }
    expect(new Set(ids).size).toBe(2);
  });
});

it('answers other paths and methods as they are', async () => {
  const { visitor } = open();
  expect((await visitor.get(`${MOUNT}/elsewhere`)).status).toBe(404);
  expect((await visitor.agent.put(MOUNT)).status).toBe(405);
  expect((await visitor.get(`${MOUNT}/continue`)).status).toBe(405);
  expect((await visitor.post(`${MOUNT}/start`, {})).status).toBe(405);
});

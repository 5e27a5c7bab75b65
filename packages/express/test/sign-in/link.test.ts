import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createHiEvents, EVIL, MOUNT, ORIGIN, signInOptions } from './hi-events.js';
import { cookiesOf, createVisitor, formOf, landingWith, textOf } from './visitor.js';

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});

afterAll(() => store.close());

const newVisitor = () => createVisitor(createHiEvents(signInOptions(store.sessions)).app);
const used = async () => (await store.countRows()).used;

describe('a link with a token', () => {
  it('asks who it would sign in and where, and uses nothing up until the button', async () => {
    const visitor = newVisitor();
    const before = await used();
    const page = await visitor.get(landingWith({ session_token: await store.issueToken() }));
    expect([page.status, page.type, await used()]).toEqual([200, 'text/html', before]);
    expect(textOf(page)).toMatch(/Continue to Hi\.Events\?.*Tuvens sends you.*Ada \(ada@example\.com\)/);
    expect(await visitor.whoAmI()).toBeNull();

    const { path, fields } = formOf(page);
    const reply = await visitor.post(path, fields);
    expect([reply.status, reply.headers['location']]).toEqual([303, `${ORIGIN}/`]);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
    expect(await used()).toBe(before + 1);
  });

  it('brings action, source, event data and the way back to the host', async () => {
    const onSignIn = jest.fn();
    const { app } = createHiEvents(signInOptions(store.sessions, { onSignIn }));
    const visitor = createVisitor(app);
    const page = await visitor.get(
      landingWith({
        session_token: await store.issueToken(),
        action: 'create-event',
        source: 'tuvens',
        event_data: '{"title":"Süß & <b>"}',
        callback_url: '/events/new',
      }),
    );
    const { path, fields } = formOf(page);
    const reply = await visitor.post(path, fields);
    expect(reply.headers['location']).toBe(`${ORIGIN}/events/new`);
    expect(onSignIn).toHaveBeenCalledTimes(1);
    expect(onSignIn).toHaveBeenCalledWith(
      expect.objectContaining({
        action: 'create-event',
        sourceApp: 'tuvens',
        eventData: { title: 'Süß & <b>' },
        eventDataFrom: 'browser',
      }),
      expect.anything(),
      expect.anything(),
    );
  });

  it('counts what the source app sent with the token more than what the link says', async () => {
    const onSignIn = jest.fn();
    const visitor = createVisitor(createHiEvents(signInOptions(store.sessions, { onSignIn })).app);
    const token = await store.issueToken({ payload: { title: 'true' } });
    const { path, fields } = formOf(
      await visitor.get(landingWith({ session_token: token, event_data: '{"title":"forged"}' })),
    );
    await visitor.post(path, fields);
    expect(onSignIn).toHaveBeenCalledWith(
      expect.objectContaining({ eventData: { title: 'true' }, eventDataFrom: 'token' }),
      expect.anything(),
      expect.anything(),
    );
  });

  it.each([
    ['no JSON', '{'],
    ['too much of it', JSON.stringify('x'.repeat(2000))],
  ])('refuses event data that is %s', async (_name, data) => {
    const reply = await newVisitor().get(
      landingWith({ session_token: await store.issueToken(), event_data: data }),
    );
    expect(reply.status).toBe(400);
  });

  it('refuses event data that the host does not want, before anybody is signed in', async () => {
    const onSignIn = jest.fn();
    const readEventData = (): never => {
      throw new TypeError('no title');
    };
    const visitor = createVisitor(
      createHiEvents(signInOptions(store.sessions, { readEventData, onSignIn })).app,
    );
    const page = await visitor.get(
      landingWith({ session_token: await store.issueToken(), event_data: '{}' }),
    );
    expect(page.status).toBe(400);
    expect(onSignIn).not.toHaveBeenCalled();
  });

  it.each([
    ['an unknown source', { source: 'evil' }, 400],
    ['a token twice', null, 400],
    ['no token', { session_token: '' }, 400],
    ['a broken token', { session_token: 'handoff_x' }, 400],
  ])('refuses %s without a query', async (_name, changes, status) => {
    const token = await store.issueToken();
    const path =
      changes === null
        ? `${landingWith({ session_token: token })}&session_token=${token}`
        : landingWith({ session_token: token, ...changes });
    const queries = await store.countQueries(async () => {
      expect((await newVisitor().get(path)).status).toBe(status);
    });
    expect(queries).toBe(0);
  });

  it('goes to the front page when the link names a place elsewhere', async () => {
    const visitor = newVisitor();
    const { path, fields } = formOf(
      await visitor.get(landingWith({ session_token: await store.issueToken(), callback_url: `${EVIL}/` })),
    );
    expect((await visitor.post(path, fields)).headers['location']).toBe(`${ORIGIN}/`);
  });
});

describe('whoever only looks', () => {
  it.each([
    ['Sec-Purpose', 'prefetch'],
    ['Sec-Purpose', 'prefetch;prerender'],
    ['Purpose', 'prefetch'],
    ['X-Moz', 'prefetch'],
    ['X-Purpose', 'preview'],
  ])('gets nothing ahead of time: %s: %s', async (header, value) => {
    const visitor = newVisitor();
    const token = await store.issueToken();
    const before = await used();
    const queries = await store.countQueries(async () => {
      const reply = await visitor.get(landingWith({ session_token: token })).set(header, value);
      expect([reply.status, reply.text, cookiesOf(reply)]).toEqual([503, '', {}]);
    });
    expect([queries, await used()]).toEqual([0, before]);
    expect((await visitor.get(landingWith({ session_token: token }))).status).toBe(200);
  });

  it('gets no body and no cookie for HEAD', async () => {
    const visitor = newVisitor();
    const reply = await visitor.agent.head(landingWith({ session_token: await store.issueToken() }));
    expect([reply.status, reply.headers['allow'], cookiesOf(reply)]).toEqual([405, 'GET', {}]);
  });

  it.each(['image', 'iframe', 'empty', 'script', 'embed'])(
    'is refused as part of a page: %s',
    async (dest) => {
      const reply = await newVisitor()
        .get(landingWith({ session_token: await store.issueToken() }))
        .set('Sec-Fetch-Dest', dest);
      expect([reply.status, cookiesOf(reply)]).toEqual([400, {}]);
    },
  );

  it('as a scanner that opens the page and its links uses nothing up', async () => {
    const scanner = createVisitor(createHiEvents(signInOptions(store.sessions)).app);
    const token = await store.issueToken();
    const before = await used();
    for (let n = 0; n < 3; n++) await scanner.agent.get(landingWith({ session_token: token }));
    await scanner.agent.get(`${MOUNT}/continue?session_token=${token}`);
    expect(await used()).toBe(before);
  });
});

describe('the button of the page', () => {
  const pressed = async () => {
    const visitor = newVisitor();
    const page = await visitor.get(landingWith({ session_token: await store.issueToken() }));
    return { visitor, ...formOf(page), before: await used() };
  };

  it.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sister host', { 'Sec-Fetch-Site': 'same-site' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
  ])('cannot be pressed by a form of %s', async (_name, headers) => {
    const { visitor, path, fields, before } = await pressed();
    const reply = await visitor.post(path, fields).set(headers);
    expect([reply.status, await used(), await visitor.whoAmI()]).toEqual([403, before, null]);
  });

  it('goes by Origin where the browser says no more', async () => {
    const { visitor, path, fields, before } = await pressed();
    const plain = (origin: string) =>
      visitor.agent.post(path).set('Origin', origin).type('form').send(fields);
    for (const origin of [EVIL, 'null', `${ORIGIN}.evil.example`]) {
      expect((await plain(origin)).status).toBe(403);
    }
    expect((await visitor.agent.post(path).type('form').send(fields)).status).toBe(403);
    expect(await used()).toBe(before);
    expect((await plain(ORIGIN)).status).toBe(303);
  });

  it('needs the cookie of the browser that saw the page', async () => {
    const { path, fields, before } = await pressed();
    const reply = await newVisitor().post(path, fields);
    expect([reply.status, await used()]).toEqual([400, before]);
  });
});

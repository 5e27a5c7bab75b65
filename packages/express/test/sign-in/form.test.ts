import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createHiEvents, EVIL, MOUNT, ORIGIN, signInOptions, TUVENS } from './hi-events.js';
import { cookiesOf, createVisitor, formOf } from './visitor.js';

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});

afterAll(() => store.close());

const newVisitor = () => createVisitor(createHiEvents(signInOptions(store.sessions)).app);
const used = async () => (await store.countRows()).used;

describe('a form of the source app', () => {
  it('is brought on by a form of our own, which signs in', async () => {
    const visitor = newVisitor();
    const before = await used();
    const page = await visitor.postFrom(TUVENS, {
      session_token: await store.issueToken(),
      action: 'create-event',
      callback_url: '/events/new',
    });
    expect([page.status, await used()]).toEqual([200, before]);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'nonce-[^']+'/);
    const { path, fields } = formOf(page);
    expect(path).toBe(`${MOUNT}/continue`);
    expect(fields).toMatchObject({ action: 'create-event', source: 'tuvens' });

    const reply = await visitor.post(path, fields);
    expect([reply.status, reply.headers['location']]).toEqual([303, `${ORIGIN}/events/new`]);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
  });

  it.each([EVIL, 'null', ORIGIN, 'http://tuvens.com', `${TUVENS}.evil.example`, `${TUVENS}:8443`])(
    'is refused from %s, and uses nothing up',
    async (origin) => {
      const token = await store.issueToken();
      const queries = await store.countQueries(async () => {
        const reply = await newVisitor().postFrom(origin, { session_token: token });
        expect([reply.status, cookiesOf(reply)]).toEqual([403, {}]);
      });
      expect(queries).toBe(0);
    },
  );

  it('is refused without an Origin', async () => {
    const visitor = newVisitor();
    const reply = await visitor.agent
      .post(MOUNT)
      .type('form')
      .send({ session_token: await store.issueToken() });
    expect(reply.status).toBe(403);
  });

  it('leaves the cookie that the browser kept at home: its other tabs go on', async () => {
    const visitor = newVisitor();
    const start = await visitor.get(`${MOUNT}/start`);
    const page = await visitor.postFrom(TUVENS, { session_token: await store.issueToken() });
    expect(Object.keys(cookiesOf(page))).toEqual(['cross-app-spare']);
    const { path, fields } = formOf(page);
    const reply = await visitor.post(path, fields);
    const secretOf = (cookie = '') => /cross-app=([\w-]{43})/.exec(cookie)?.[1];
    expect(secretOf(cookiesOf(reply)['cross-app'])).toBe(secretOf(cookiesOf(start)['cross-app']));
  });

  it('tells a browser that keeps no cookies what to do, and uses nothing up', async () => {
    const { path, fields } = formOf(
      await newVisitor().postFrom(TUVENS, { session_token: await store.issueToken() }),
    );
    const before = await used();
    const reply = await newVisitor().post(path, fields);
    expect([reply.status, await used()]).toEqual([400, before]);
    expect(reply.text).toMatch(/cookie/i);
  });

  it('is refused when it is no form, or too large', async () => {
    const token = await store.issueToken();
    const post = () => newVisitor().agent.post(MOUNT).set('Origin', TUVENS);
    expect((await post().type('text/plain').send(token)).status).toBe(400);
    expect(
      (
        await post()
          .type('form')
          .send(`session_token=${token}&x=${'x'.repeat(40_000)}`)
      ).status,
    ).toBe(413);
    expect((await post().type('form').send(`session_token=${token}&session_token=${token}`)).status).toBe(
      400,
    );
  });

  it('works behind parsers of the host, flat or not', async () => {
    const express = (await import('express')).default;
    const { app } = createHiEvents(signInOptions(store.sessions));
    const visitor = createVisitor(express().use(express.urlencoded({ extended: true }), app));
    const page = await visitor.postFrom(TUVENS, { session_token: await store.issueToken() });
    const { path, fields } = formOf(page);
    expect((await visitor.post(path, fields)).status).toBe(303);
  });
});

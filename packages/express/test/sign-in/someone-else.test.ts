import type request from 'supertest';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createHiEvents, ORIGIN, signInOptions } from './hi-events.js';
import type { SignInOptions } from './hi-events.js';
import { answerOf, begin, createVisitor, formOf, landingWith, textOf } from './visitor.js';
import type { Visitor } from './visitor.js';

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
  await store.knex('users').insert({ id: 2, email: 'bob@example.com', name: 'Bob' });
});

afterAll(() => store.close());

const used = async () => (await store.countRows()).used;

/** A browser in which Bob is signed in, by a handoff of his own. */
async function asBob(changes: Partial<SignInOptions>): Promise<Visitor> {
  const visitor = createVisitor(createHiEvents(signInOptions(store.sessions, changes)).app);
  const token = await store.issueToken({ userId: 2, accountId: null });
  const { path, fields } = formOf(await visitor.get(landingWith({ session_token: token })));
  await visitor.post(path, fields);
  expect(await visitor.whoAmI()).toBe('bob@example.com');
  return visitor;
}

/** The three ways in which Ada's handoff reaches the browser, up to where it would be used. */
const WAYS: [name: string, arrive: (visitor: Visitor) => Promise<request.Response>][] = [
  ['the bound flow', async (visitor) => await visitor.get(await answerOf(store, await begin(visitor)))],
  ['a link', async (visitor) => await visitor.get(landingWith({ session_token: await store.issueToken() }))],
  [
    'a form of the source app',
    async (visitor) => {
      const sent = { session_token: await store.issueToken() };
      const { path, fields } = formOf(await visitor.postFrom('https://tuvens.com', sent));
      return await visitor.post(path, fields);
    },
  ],
];

describe.each(WAYS)('when somebody else is signed in, and %s arrives', (_name, arrive) => {
  it('asks by default, uses nothing up, and switches when the person says so', async () => {
    const visitor = await asBob({});
    const before = await used();
    const page = await arrive(visitor);
    expect([page.status, await used()]).toEqual([200, before]);
    expect(textOf(page)).toMatch(/Bob/);
    expect(textOf(page)).toMatch(/Ada/);
    expect(await visitor.whoAmI()).toBe('bob@example.com');

    const { path, fields } = formOf(page);
    expect((await visitor.post(path, fields)).status).toBe(303);
    expect([await visitor.whoAmI(), await used()]).toEqual(['ada@example.com', before + 1]);
  });

  it('keeps them where the host says so, and uses nothing up', async () => {
    const visitor = await asBob({ someoneElse: 'keep' });
    const before = await used();
    const { status, headers } = await arrive(visitor);
    expect([status, headers['location'], await used()]).toEqual([303, `${ORIGIN}/`, before]);
    expect(await visitor.whoAmI()).toBe('bob@example.com');
  });

  it('refuses where the host says so, and uses nothing up', async () => {
    const visitor = await asBob({ someoneElse: 'reject' });
    const before = await used();
    expect([(await arrive(visitor)).status, await used()]).toEqual([409, before]);
    expect(await visitor.whoAmI()).toBe('bob@example.com');
  });

  it('switches where the host says so, without another question', async () => {
    const visitor = await asBob({ someoneElse: 'switch' });
    const reply = await arrive(visitor);
    expect(reply.text).not.toMatch(/Bob/);
    // A link has its question anyway.
    const { path, fields } = formOf(reply);
    await (path === '' ? visitor.get('/') : visitor.post(path, fields));
    expect(await visitor.whoAmI()).toBe('ada@example.com');
  });
});

describe('the same person again', () => {
  it.each(['keep', 'switch', 'confirm', 'reject'] as const)(
    'gets a new session under %s',
    async (someoneElse) => {
      const visitor = await asBob({ someoneElse });
      const before = ((await visitor.agent.get('/')).body as { id: string }).id;
      const asked = await begin(visitor);
      const codeChallenge = asked.searchParams.get('code_challenge') ?? '';
      const token = await store.issueToken({ userId: 2, accountId: null, codeChallenge });
      const reply = await visitor.get(await answerOf(store, asked, { session_token: token }));
      expect(reply.status).toBe(303);
      const after = (await visitor.agent.get('/')).body as { id: string; visitor: string };
      expect(after.visitor).toBe('bob@example.com');
      expect(after.id).not.toBe(before);
    },
  );
});

describe('a host with sign-ins of its own', () => {
  const local: Partial<SignInOptions> = {
    currentPerson: () => ({ id: null, name: 'Carol of the box office' }),
  };

  it('is asked who is signed in, and somebody whose id is not known counts as somebody else', async () => {
    const visitor = createVisitor(createHiEvents(signInOptions(store.sessions, local)).app);
    const page = await visitor.get(landingWith({ session_token: await store.issueToken() }));
    expect(textOf(page)).toMatch(/Carol of the box office/);
  });

  it('cannot be told that the person has agreed by a link', async () => {
    const visitor = createVisitor(createHiEvents(signInOptions(store.sessions, local)).app);
    const path = await answerOf(store, await begin(visitor), { switch: 'yes' });
    const before = await used();
    expect([(await visitor.get(path)).status, await used()]).toEqual([200, before]);
  });
});

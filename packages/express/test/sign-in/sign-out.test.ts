import { setTimeout } from 'node:timers/promises';
import type { Redemption } from '@cross-app/protocol';
import express from 'express';
import session from 'express-session';
import request from 'supertest';
import { createMemoryRevocations, crossAppGuard, crossAppSignIn } from '../../src/index.js';
import type { CrossAppGuard, CrossAppGuardOptions } from '../../src/index.js';
import { goodClaims, SECRET, signed } from '../back-channel/receiver-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { hostData, MOUNT, signInOptions } from './hi-events.js';
import type { SignInOptions } from './hi-events.js';
import { createVisitor, formOf, landingWith } from './visitor.js';
import type { Visitor } from './visitor.js';

// Of version 8, as the sign-in derives them.
const OF_ANOTHER_BROWSER = '4c1d5a51-0b3a-8d3e-9f00-bbbbbbbbbbbb';

let store: TestStore;
const guards: CrossAppGuard[] = [];

beforeAll(async () => {
  store = await openTestStore();
});
afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
});

afterAll(() => store.close());

/** A target app behind a guard. */
function createGuarded(guarding: CrossAppGuardOptions, changes: Partial<SignInOptions> = {}) {
  const guard = crossAppGuard(guarding);
  guards.push(guard);
  const app = express();
  app.use(session({ secret: 'for tests only', resave: false, saveUninitialized: false }));
  app.use(guard);
  app.use(MOUNT, crossAppSignIn(signInOptions(store.sessions, changes)));
  return app.get('/', (req, res) => {
    res.json({ visitor: hostData(req).visitor ?? null });
  });
}

async function waitFor(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(10);
}

async function signIn(visitor: Visitor, token: string): Promise<void> {
  const { path, fields } = formOf(await visitor.get(landingWith({ session_token: token })));
  await visitor.post(path, fields);
  expect(await visitor.whoAmI()).toBe('ada@example.com');
}

describe('where the database is shared, a sign-in ends with', () => {
  it.each<[name: string, revoke: (token: string) => Promise<unknown>]>([
    ['its token', (token) => store.sessions.revoke(token)],
    ['everything of its user', () => store.sessions.revokeAll({ userId: '1' })],
    ['everything', () => store.sessions.revokeAll({ all: true })],
  ])('%s, at the next question', async (_name, revoke) => {
    const visitor = createVisitor(createGuarded({ sessions: store.sessions, maxStalenessSeconds: 0 }));
    const token = await store.issueToken();
    await signIn(visitor, token);
    await revoke(token);
    expect(await visitor.whoAmI()).toBeNull();
  });

  it('its token as soon as the database has told, though the answer before is still fresh', async () => {
    const visitor = createVisitor(createGuarded({ sessions: store.sessions, maxStalenessSeconds: 3600 }));
    const token = await store.issueToken();
    await signIn(visitor, token);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
    const heard = jest.fn();
    // Whoever listens later than the guard hears later, too: each listener has a connection of its own.
    const watch = store.sessions.watchRevocations(heard);
    await waitFor(() => heard.mock.calls.length > 0);
    await store.sessions.revoke(token);
    await waitFor(() => heard.mock.calls.length > 1);
    await waitFor(async () => (await visitor.whoAmI()) === null);
    await watch.close();
    expect(await visitor.whoAmI()).toBeNull();
  });

  it('nothing of somebody else, and a new sign-in stands', async () => {
    const visitor = createVisitor(createGuarded({ sessions: store.sessions, maxStalenessSeconds: 0 }));
    await signIn(visitor, await store.issueToken());
    await store.sessions.revokeAll({ userId: '2' });
    expect(await visitor.whoAmI()).toBe('ada@example.com');
    await store.sessions.revokeAll({ userId: '1' });
    await signIn(visitor, await store.issueToken());
  });
});

describe('where it is not, a sign-in ends with', () => {
  it("the source app's word, at the back channel below the sign-in", async () => {
    const revocations = createMemoryRevocations();
    const app = createGuarded({ sessions: revocations }, { backChannel: { secrets: [SECRET], revocations } });
    const visitor = createVisitor(app);
    await signIn(visitor, await store.issueToken());
    const logout = (claims: object, secret = SECRET) =>
      request(app)
        .post(`${MOUNT}/back-channel-logout`)
        .type('form')
        .send({ logout_token: signed(claims, { secret }) });
    expect((await logout(goodClaims(), 'a-secret-that-somebody-else-has-made-up')).status).toBe(400);
    expect(await visitor.whoAmI()).toBe('ada@example.com');
    expect((await logout(goodClaims())).status).toBe(204);
    expect(await visitor.whoAmI()).toBeNull();
  });

  it('nothing, where no back channel is open', async () => {
    const app = createGuarded({ sessions: createMemoryRevocations() });
    const reply = await request(app).post(`${MOUNT}/back-channel-logout`).type('form').send({});
    expect(reply.status).toBe(404);
  });
});

describe('a stranger with a used token', () => {
  it('ends the sign-in that was made with it, by pressing the button', async () => {
    const app = createGuarded({ sessions: store.sessions, maxStalenessSeconds: 0 });
    const [owner, thief] = [createVisitor(app), createVisitor(app)];
    const token = await store.issueToken();
    const stolen = formOf(await thief.get(landingWith({ session_token: token })));
    await signIn(owner, token);
    expect((await thief.post(stolen.path, stolen.fields)).status).toBe(401);
    expect([await owner.whoAmI(), await thief.whoAmI()]).toEqual([null, null]);
  });

  it('ends nothing by looking, nor with another app, nor without the verifier', async () => {
    const app = createGuarded({ sessions: store.sessions, maxStalenessSeconds: 0 });
    const [owner, thief] = [createVisitor(app), createVisitor(app)];
    const token = await store.issueToken();
    await signIn(owner, token);
    await thief.get(landingWith({ session_token: token }));
    const elsewhere = { userAgent: 'curl', ipAddress: '203.0.113.9', redemptionId: OF_ANOTHER_BROWSER };
    const attempts: Promise<Redemption>[] = [
      store.sessions.redeem(token, { targetApp: 'tickets', ...elsewhere }),
      store.sessions.redeem(token, { targetApp: 'hi-events', codeVerifier: 'v'.repeat(43), ...elsewhere }),
    ];
    expect((await Promise.allSettled(attempts)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await owner.whoAmI()).toBe('ada@example.com');
  });
});

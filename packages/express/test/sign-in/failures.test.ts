import express from 'express';
import type { CrossAppLogger } from '../../src/index.js';
import { crossAppSignIn } from '../../src/index.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createHiEvents, MOUNT, signInOptions } from './hi-events.js';
import { answerOf, begin, createVisitor, landingWith, textOf } from './visitor.js';

let store: TestStore;
const lines: unknown[] = [];
const log = (line: object): void => {
  lines.push(line);
};
const logger: CrossAppLogger = { info: log, warn: log, error: log };

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  lines.length = 0;
});

afterAll(() => store.close());

describe('a refusal', () => {
  it('has an id that is on the page and in the log, with the private reason in the log only', async () => {
    const visitor = createVisitor(createHiEvents(signInOptions(store.sessions, { logger })).app);
    const token = await store.redeemedToken();
    const page = await visitor.get(landingWith({ session_token: token }));
    const [line] = lines as { errorId: string; code: string }[];
    expect(page.status).toBe(401);
    expect(textOf(page)).toContain(line?.errorId);
    expect(line).toMatchObject({ call: 'sign-in-landing', code: 'token_used', targetApp: 'hi-events' });
    expect(page.text).not.toContain('token_used');
    expect(JSON.stringify(lines) + page.text).not.toContain(token.slice(20));
  });

  it('says that a link is too old when its own expiry says so', async () => {
    const visitor = createVisitor(createHiEvents(signInOptions(store.sessions)).app);
    const page = await visitor.get(landingWith({ session_token: await store.expiredToken() }));
    expect([page.status, textOf(page)]).toEqual([401, expect.stringMatching(/expired|too old|short time/i)]);
  });

  it.each(['http', 'https'])('leads to a new link at the source app (%s)', async (scheme) => {
    const restartUrl = `${scheme}://localhost:3000/events`;
    const source = { app: 'tuvens', name: 'Tuvens', origin: 'http://localhost:3000', restartUrl };
    const visitor = createVisitor(createHiEvents(signInOptions(store.sessions, { source })).app);
    const page = await visitor.get(landingWith({ session_token: await store.redeemedToken() }));
    expect(page.text).toContain(`href="${restartUrl}"`);
  });
});

describe('when something fails', () => {
  const down = {
    redeem: () => Promise.reject(new Error('no database')),
    inspect: () => Promise.reject(new Error('x')),
  };

  it('signs nobody in without the store', async () => {
    const visitor = createVisitor(createHiEvents(signInOptions(down, { logger })).app);
    const reply = await visitor.get(await answerOf(store, await begin(visitor)));
    expect([reply.status, reply.headers['retry-after'], await visitor.whoAmI()]).toEqual([503, '1', null]);
    expect(lines).toMatchObject([{ code: 'store_unavailable' }]);
  });

  it('signs nobody in when the source app no longer knows our secret, and asks nobody for a password', async () => {
    const { CrossAppError } = await import('@cross-app/protocol');
    const refuse = () => Promise.reject(new CrossAppError('client_unauthenticated'));
    const visitor = createVisitor(createHiEvents(signInOptions({ redeem: refuse, inspect: refuse })).app);
    const reply = await visitor.get(await answerOf(store, await begin(visitor)));
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([503, undefined]);
  });

  it('says what to mount when there is no session middleware', async () => {
    const app = express().use(MOUNT, crossAppSignIn(signInOptions(store.sessions, { logger })));
    const visitor = createVisitor(app);
    const reply = await visitor.get(await answerOf(store, await begin(visitor)));
    expect(reply.status).toBe(503);
    expect(
      JSON.stringify(lines, (_key, value: unknown) => (value instanceof Error ? value.message : value)),
    ).toContain('mount express-session before');
  });
});

import request from 'supertest';
import type { Agent, Response } from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import { createMemoryRevocations, crossAppGuard } from '../../src/index.js';
import type { CrossAppGuardOptions } from '../../src/index.js';
import { recordErrors } from '../record-errors.js';
import { adapter, createSessionApp, derivedSession, revocationOf } from '../session-app.js';
import { countQuestions, movableClock } from './watched-sessions.js';

interface Signed {
  readonly browser: Agent;
  readonly errors: readonly unknown[];
  readonly ask: () => Promise<Response>;
}

async function signIn(options: CrossAppGuardOptions, derived = derivedSession()): Promise<Signed> {
  const { app } = createSessionApp(crossAppGuard(options));
  const errors = recordErrors(app.set('env', 'test'));
  const browser = request.agent(app);
  await browser.post('/sign-in').send(derived).expect(200);
  return { browser, errors, ask: async () => await browser.get('/me') };
}

beforeEach(() => {
  jest.restoreAllMocks();
});

describe('without an answer', () => {
  it('the request gets no further: 503, and the session is still there when there is one', async () => {
    const counted = countQuestions();
    const { ask, errors } = await signIn({ sessions: counted.unwatched, session: adapter });
    counted.failure = new Error('the database is away');
    const { status, headers, body } = await ask();
    expect({ status, body }).toEqual({ status: 503, body: {} });
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    expect(errors).toMatchObject([{ code: 'store_unavailable' }]);
    counted.failure = undefined;
    expect((await ask()).body).toEqual({ userId: '1' });
  });

  it('an older one counts for its ten seconds, and not for longer', async () => {
    const clock = movableClock();
    const counted = countQuestions();
    const { ask } = await signIn({ sessions: counted.unwatched, session: adapter });
    await ask();
    counted.failure = new CrossAppError('store_unavailable');
    clock.advance(9);
    expect((await ask()).status).toBe(200);
    clock.advance(1);
    expect((await ask()).status).toBe(503);
  });

  it('the reply is the same when the session holds what no store can be asked about', async () => {
    const counted = countQuestions();
    const { ask, errors } = await signIn({ sessions: counted.unwatched, session: adapter });
    counted.failure = new CrossAppError('invalid_argument');
    expect((await ask()).status).toBe(503);
    expect(errors).toMatchObject([{ code: 'store_unavailable', cause: { code: 'invalid_argument' } }]);
  });

  it('all requests that wait for it fail, and the next one asks again', async () => {
    const counted = countQuestions();
    const { ask } = await signIn({ sessions: counted.unwatched, session: adapter });
    counted.failure = new Error('the database is away');
    const replies = await Promise.all(Array.from({ length: 5 }, ask));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([503]));
    counted.failure = undefined;
    expect((await ask()).status).toBe(200);
  });

  it('the logger hears why, without the cookie', async () => {
    const counted = countQuestions();
    const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const { browser, errors } = await signIn({ sessions: counted.unwatched, session: adapter, logger });
    const cookie = 'a-cookie-that-is-secret';
    counted.failure = new Error(`no answer for ${cookie}`);
    await browser.get('/me').set('x-copy', cookie);
    const [[fields, message]] = logger.error.mock.calls as [[{ err: Error }, string]];
    expect(fields).toMatchObject({ call: 'guard', code: 'store_unavailable' });
    expect(message).toBe('cross-app guard failed: store_unavailable');
    expect(fields.err.message).toBe('no answer for [redacted]');
    expect(errors).toMatchObject([{ cause: { message: 'no answer for [redacted]' } }]);
  });
});

describe('a session that cannot be ended', () => {
  it('does not get any further, now or later', async () => {
    const revocations = createMemoryRevocations();
    const derived = derivedSession();
    const end = jest.fn((): Promise<void> => Promise.reject(new Error('the session store is away')));
    const onEnded = jest.fn();
    const session = { ...adapter, end };
    const { ask } = await signIn({ sessions: revocations, session, onEnded }, derived);
    await revocations.add(revocationOf(derived));
    expect([(await ask()).status, (await ask()).status]).toEqual([503, 503]);
    expect(onEnded).not.toHaveBeenCalled();
    end.mockImplementation(() => Promise.resolve());
    expect((await ask()).status).toBe(200);
  });
});

describe('options that cannot work', () => {
  const sessions = createMemoryRevocations();
  it.each<[string, object, RegExp]>([
    ['no sessions', { session: adapter }, /sessions has no isRevoked\(\)/],
    ['sessions of another kind', { session: adapter, sessions: {} }, /sessions has no isRevoked\(\)/],
    ['no way to end a session', { sessions, session: { read: () => null } }, /session has no end\(\)/],
    ['an unknown option', { sessions, session: adapter, maxStaleness: 1 }, /no option "maxStaleness"/],
    ['a staleness below 0', { sessions, session: adapter, maxStalenessSeconds: -1 }, /from 0 to 3600/],
    ['a staleness that is no number', { sessions, session: adapter, maxStalenessSeconds: '5' }, /0 to 3600/],
    ['no function to tell', { sessions, session: adapter, onEnded: true }, /onEnded must be a function/],
    ['no logger', { sessions, session: adapter, logger: {} }, /logger must have info/],
  ])('%s is refused at once', (_what, options, message) => {
    expect(() => crossAppGuard(options as CrossAppGuardOptions)).toThrow(message);
  });
});

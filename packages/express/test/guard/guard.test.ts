import request from 'supertest';
import type { Agent } from 'supertest';
import { createMemoryRevocations, crossAppGuard } from '../../src/index.js';
import type { CrossAppGuardOptions } from '../../src/index.js';
import { adapter, createSessionApp, derivedSession, revocationOf } from '../session-app.js';
import type { SessionApp } from '../session-app.js';
import { ADA } from '../store.js';
import { countQuestions } from './watched-sessions.js';

type Options = Partial<CrossAppGuardOptions> & Pick<CrossAppGuardOptions, 'sessions'>;

function guarded(options: Options, release?: () => Promise<void>): SessionApp {
  return createSessionApp(crossAppGuard({ session: adapter, ...options }), release);
}

/** A browser that is signed in from the handoff. */
async function signIn({ app }: SessionApp, derived = derivedSession()): Promise<Agent> {
  const browser = request.agent(app.set('env', 'test'));
  await browser.post('/sign-in').send(derived).expect(200);
  return browser;
}

async function whoIsThere(browser: Agent): Promise<string | null> {
  const { body } = await browser.get('/me').expect(200);
  return (body as { userId: string | null }).userId;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

beforeEach(() => {
  jest.restoreAllMocks();
});

describe('a session that comes from no handoff', () => {
  it('passes, and nobody is asked', async () => {
    const counted = countQuestions();
    expect(await whoIsThere(request.agent(guarded({ sessions: counted.watched }).app))).toBeNull();
    expect(counted.questions).toEqual([]);
  });
});

describe('a session whose handoff stands', () => {
  it('passes', async () => {
    const browser = await signIn(guarded({ sessions: createMemoryRevocations() }));
    expect(await whoIsThere(browser)).toBe(ADA.id);
  });
});

describe('a session whose handoff has been revoked', () => {
  it('is ended, and the request goes on as one of nobody', async () => {
    const revocations = createMemoryRevocations();
    const target = guarded({ sessions: revocations });
    const derived = derivedSession();
    const browser = await signIn(target, derived);
    expect(JSON.stringify(target.store)).toContain(derived.tokenHash);
    await revocations.add(revocationOf(derived));
    expect(await whoIsThere(browser)).toBeNull();
    expect(JSON.stringify(target.store)).not.toContain(derived.tokenHash);
  });

  it('ends all sessions made from it, and no other', async () => {
    const revocations = createMemoryRevocations();
    const target = guarded({ sessions: revocations });
    const derived = derivedSession();
    const browsers = [await signIn(target, derived), await signIn(target, derived), await signIn(target)];
    await revocations.add(revocationOf(derived));
    expect(await Promise.all(browsers.map(whoIsThere))).toEqual([null, null, ADA.id]);
  });

  it('is told to onEnded and to the logger, without anything that identifies it', async () => {
    const revocations = createMemoryRevocations();
    const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const onEnded = jest.fn();
    const derived = derivedSession();
    const browser = await signIn(guarded({ sessions: revocations, logger, onEnded }), derived);
    await revocations.add(revocationOf(derived));
    await whoIsThere(browser);
    await whoIsThere(browser);
    expect(onEnded).toHaveBeenCalledTimes(1);
    expect(onEnded).toHaveBeenCalledWith(derived, expect.objectContaining({ url: '/me' }));
    expect(logger.info.mock.calls).toEqual([
      [
        { call: 'guard', targetApp: 'hi-events' },
        'cross-app guard ended a session whose handoff was revoked',
      ],
    ]);
  });

  it('ends whatever hook and logger throw', async () => {
    const revocations = createMemoryRevocations();
    const fail = (): never => {
      throw new RangeError('a defect of the host');
    };
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const logger = { info: fail, warn: fail, error: fail };
    const derived = derivedSession();
    const browser = await signIn(guarded({ sessions: revocations, logger, onEnded: fail }), derived);
    await revocations.add(revocationOf(derived));
    expect(await whoIsThere(browser)).toBeNull();
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'onEnded of crossAppGuard failed: RangeError: a defect of the host',
      'logger of cross-app failed: RangeError: a defect of the host',
    ]);
  });

  it('does not come back when a slow request stores it once more', async () => {
    const revocations = createMemoryRevocations();
    const arrived = deferred();
    const target = guarded({ sessions: revocations }, () => arrived.promise);
    const derived = derivedSession();
    const browser = await signIn(target, derived);
    const slow = browser.post('/note').then(({ status }) => status);
    await whoIsThere(browser);
    await revocations.add(revocationOf(derived));
    expect(await whoIsThere(browser)).toBeNull();
    arrived.resolve();
    expect(await slow).toBe(200);
    expect(await whoIsThere(browser)).toBeNull();
  });
});

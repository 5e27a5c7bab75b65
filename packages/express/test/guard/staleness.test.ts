import request from 'supertest';
import type { Agent } from 'supertest';
import type { DerivedSessions } from '@cross-app/protocol';
import { crossAppGuard } from '../../src/index.js';
import type { CrossAppGuard } from '../../src/index.js';
import { adapter, createSessionApp, derivedSession, revocationOf } from '../session-app.js';
import { ADA } from '../store.js';
import { countQuestions, movableClock } from './watched-sessions.js';

// For how long an answer counts, and what shortens that.

interface Signed {
  readonly browser: Agent;
  readonly guard: CrossAppGuard;
  readonly who: () => Promise<string | null>;
}

/** A browser that is signed in behind a guard, whose handoff has not been asked about yet. */
async function signIn(
  sessions: DerivedSessions,
  derived = derivedSession(),
  maxStalenessSeconds?: number,
): Promise<Signed> {
  const guard = crossAppGuard({ sessions, session: adapter, maxStalenessSeconds });
  const browser = request.agent(createSessionApp(guard).app.set('env', 'test'));
  await browser.post('/sign-in').send(derived).expect(200);
  const who = async (): Promise<string | null> => {
    const { body } = await browser.get('/me').expect(200);
    return (body as { userId: string | null }).userId;
  };
  return { browser, guard, who };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

beforeEach(() => {
  jest.restoreAllMocks();
});

describe('an answer', () => {
  it('is used for ten seconds, and not for longer', async () => {
    const clock = movableClock();
    const { revocations, unwatched, questions } = countQuestions();
    const derived = derivedSession();
    const { who } = await signIn(unwatched, derived);
    await who();
    await revocations.add(revocationOf(derived));
    clock.advance(9);
    expect(await who()).toBe(ADA.id);
    expect(questions).toHaveLength(1);
    clock.advance(1);
    expect(await who()).toBeNull();
    expect(questions).toHaveLength(2);
  });

  it('is used for as long as the host says', async () => {
    const clock = movableClock();
    const { unwatched, questions } = countQuestions();
    const { who } = await signIn(unwatched, derivedSession(), 60);
    for (const seconds of [0, 59, 1]) {
      clock.advance(seconds);
      await who();
    }
    expect(questions).toHaveLength(2);
  });

  it('is used for one request only, with a staleness of 0', async () => {
    const { revocations, unwatched, questions } = countQuestions();
    const derived = derivedSession();
    const { who } = await signIn(unwatched, derived, 0);
    expect(await who()).toBe(ADA.id);
    expect(await who()).toBe(ADA.id);
    expect(questions).toHaveLength(2);
    await revocations.add(revocationOf(derived));
    expect(await who()).toBeNull();
  });

  it('is as old as its question, however late it comes', async () => {
    const clock = movableClock();
    const counted = countQuestions();
    const derived = derivedSession();
    const { who } = await signIn(counted.unwatched, derived);
    const release = counted.hold();
    const first = who();
    await soon();
    await counted.revocations.add(revocationOf(derived));
    clock.advance(10);
    release();
    expect(await first).toBe(ADA.id);
    expect(await who()).toBeNull();
  });

  it('is shared by requests that come at once', async () => {
    const { unwatched, questions } = countQuestions();
    const { who } = await signIn(unwatched);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, who)))).toEqual(new Set([ADA.id]));
    expect(questions).toHaveLength(1);
  });

  it('is not waited for by a request that comes too long after its question', async () => {
    const clock = movableClock();
    const counted = countQuestions();
    const { who } = await signIn(counted.unwatched);
    const release = counted.hold();
    const first = who();
    await soon();
    clock.advance(10);
    const second = who();
    await soon();
    expect(counted.questions).toHaveLength(2);
    release();
    expect(await Promise.all([first, second])).toEqual([ADA.id, ADA.id]);
  });

  it('that says "revoked" stays, and needs no more questions', async () => {
    const clock = movableClock();
    const counted = countQuestions();
    const derived = derivedSession();
    await counted.revocations.add(revocationOf(derived));
    const { browser, who } = await signIn(counted.unwatched, derived);
    expect(await who()).toBeNull();
    clock.advance(3600);
    counted.failure = new Error('the database is away');
    await browser.post('/sign-in').send(derived).expect(200);
    expect(await who()).toBeNull();
    expect(counted.questions).toHaveLength(1);
  });
});

describe('sessions that can be watched', () => {
  it('make a revocation count from the next request on', async () => {
    const { revocations, watched } = countQuestions();
    const derived = derivedSession();
    const { who } = await signIn(watched, derived);
    expect(await who()).toBe(ADA.id);
    await revocations.add(revocationOf(derived));
    expect(await who()).toBeNull();
  });

  it('have nothing asked again after the revocation of another handoff', async () => {
    const { revocations, watched, questions } = countQuestions();
    const { who } = await signIn(watched);
    await who();
    await revocations.add(revocationOf(derivedSession()));
    expect(await who()).toBe(ADA.id);
    expect(questions).toHaveLength(1);
  });

  it('have everything asked again when some may have been missed', async () => {
    const counted = countQuestions();
    const tell: (() => void)[] = [];
    const watchRevocations: DerivedSessions['watchRevocations'] = (listener) => {
      tell.push(() => {
        listener(null);
      });
      return { close: () => Promise.resolve() };
    };
    const derived = derivedSession();
    const { who } = await signIn({ ...counted.unwatched, watchRevocations }, derived);
    await who();
    await counted.revocations.add(revocationOf(derived));
    expect(await who()).toBe(ADA.id);
    tell.forEach((call) => {
      call();
    });
    expect(await who()).toBeNull();
    expect(tell).toHaveLength(1);
  });

  it('do not keep an answer that was on its way when the revocation came', async () => {
    const counted = countQuestions();
    const derived = derivedSession();
    const { who } = await signIn(counted.watched, derived);
    const release = counted.hold();
    const first = who();
    await soon();
    expect(counted.questions).toHaveLength(1);
    await counted.revocations.add(revocationOf(derived));
    release();
    expect(await first).toBe(ADA.id);
    expect(await who()).toBeNull();
  });

  it('let no request that comes after the revocation wait for such an answer', async () => {
    const counted = countQuestions();
    const derived = derivedSession();
    const { who } = await signIn(counted.watched, derived);
    const release = counted.hold();
    const first = who();
    await soon();
    await counted.revocations.add(revocationOf(derived));
    const second = who();
    await soon();
    expect(counted.questions).toHaveLength(2);
    release();
    expect(await Promise.all([first, second])).toEqual([ADA.id, null]);
  });

  it('are watched from the first derived session on, once, and until the guard is closed', async () => {
    const counted = countQuestions();
    const watch = jest.spyOn(counted.watched, 'watchRevocations');
    const derived = derivedSession();
    const { browser, guard, who } = await signIn(counted.watched, derived, 3600);
    expect(watch).not.toHaveBeenCalled();
    await Promise.all([who(), who()]);
    expect(watch).toHaveBeenCalledTimes(1);
    await guard.close();
    await guard.close();
    await counted.revocations.add(revocationOf(derived));
    expect(await who()).toBe(ADA.id);
    await browser.post('/sign-in').send(derivedSession());
    expect(await who()).toBe(ADA.id);
    expect(watch).toHaveBeenCalledTimes(1);
  });

  it('are asked as before where no watch can begin', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const counted = countQuestions();
    const watchRevocations = (): never => {
      throw new RangeError('no connection for that');
    };
    const { who } = await signIn({ ...counted.unwatched, watchRevocations });
    expect(await who()).toBe(ADA.id);
    await who();
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'watchRevocations of crossAppGuard failed: RangeError: no connection for that',
    ]);
  });
});

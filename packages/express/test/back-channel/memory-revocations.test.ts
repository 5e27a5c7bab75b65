import { randomUUID } from 'node:crypto';
import type { Revocation } from '@cross-app/protocol';
import { createMemoryRevocations } from '../../src/index.js';
import { movableClock } from '../guard/watched-sessions.js';
import { derivedSession, revocationOf } from '../session-app.js';

const DAY = 86_400;

const ofEverybody = (changes: Partial<Revocation> = {}): Revocation => ({
  id: randomUUID(),
  tokenHash: null,
  userId: null,
  accountId: null,
  sourceApp: null,
  targetApp: null,
  issuedBefore: new Date(),
  ...changes,
});

beforeEach(() => {
  jest.restoreAllMocks();
});

it.each<[string, Partial<Revocation>, boolean]>([
  ['of everybody', {}, true],
  ['of the user', { userId: '1' }, true],
  ['of another user', { userId: '2' }, false],
  ['of the user in the account', { userId: '1', accountId: '7' }, true],
  ['of the user in another account', { userId: '1', accountId: '8' }, false],
  ['of the account', { accountId: '7' }, true],
  ['of another source app', { sourceApp: 'other' }, false],
  ['of this app', { targetApp: 'hi-events' }, true],
  ['of another app', { targetApp: 'other' }, false],
  ['of what was issued long ago', { issuedBefore: new Date(0) }, false],
])('a revocation %s is found or not', async (_what, changes, isRevoked) => {
  const revocations = createMemoryRevocations();
  await revocations.add(ofEverybody(changes));
  expect(await revocations.isRevoked(derivedSession())).toBe(isRevoked);
});

it('keeps revocations for 31 days, or as long as the host says, and no longer', async () => {
  const clock = movableClock();
  const usual = createMemoryRevocations();
  const short = createMemoryRevocations({ maxAgeSeconds: DAY });
  const derived = derivedSession();
  const isKnown = async (): Promise<boolean[]> => {
    // What is new makes room.
    for (const list of [usual, short]) await list.add(revocationOf(derivedSession()));
    return await Promise.all([usual, short].map((list) => list.isRevoked(derived)));
  };
  for (const list of [usual, short]) await list.add(revocationOf(derived));
  clock.advance(DAY - 60);
  expect(await isKnown()).toEqual([true, true]);
  clock.advance(60);
  expect(await isKnown()).toEqual([true, false]);
  clock.advance(30 * DAY - 60);
  expect(await isKnown()).toEqual([true, false]);
  clock.advance(60);
  expect(await isKnown()).toEqual([false, false]);
});

it('tells whoever watches, until they stop, and once for each revocation', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const revocations = createMemoryRevocations();
  const heard: (string | undefined)[] = [];
  const listener = (one: Revocation | null): void => {
    heard.push(one?.id);
  };
  const watches = [revocations.watchRevocations(listener), revocations.watchRevocations(listener)];
  revocations.watchRevocations(() => {
    throw new RangeError('a defect of the host');
  });
  const [first, second, third] = [ofEverybody(), ofEverybody(), ofEverybody()];
  await revocations.add(first);
  await revocations.add(first);
  await watches[0]?.close();
  await revocations.add(second);
  await watches[1]?.close();
  await revocations.add(third);
  expect(heard).toEqual([first.id, first.id, second.id]);
  expect(warn).toHaveBeenCalledTimes(3);
});

it.each([
  [{ maxAgeSeconds: 59 }, /at least 60/],
  [{ maxAgeSeconds: '60' }, /at least 60/],
  [{ maxAge: 60 }, /has no option "maxAge"/],
])('refuses options that cannot work: %j', (options, message) => {
  expect(() => createMemoryRevocations(options as object)).toThrow(message);
});

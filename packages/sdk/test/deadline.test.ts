import { getEventListeners } from 'node:events';
import { sleep, within } from '../src/deadline.js';
import { rejectionOf } from './handoff.js';

const never = (): Promise<never> => new Promise(() => undefined);
const timeUp = (): Error => new RangeError('time is up');

describe('within', () => {
  it('gives what the work gives', async () => {
    await expect(within({ ms: 1000, parent: undefined, timeUp }, () => Promise.resolve(7))).resolves.toBe(7);
  });

  it('ends work that does not listen to the signal', async () => {
    await expect(within({ ms: 5, parent: undefined, timeUp }, never)).rejects.toThrow('time is up');
  });

  it('tells the work why it has to stop', async () => {
    const reasons: unknown[] = [];
    const work = (signal: AbortSignal): Promise<never> => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return never();
    };
    const error = await rejectionOf(within({ ms: 5, parent: undefined, timeUp }, work));
    expect(reasons).toEqual([error]);
  });

  it('passes on whatever the parent aborts with', async () => {
    const parent = new AbortController();
    const pending = rejectionOf(within({ ms: 1000, parent: parent.signal, timeUp }, never));
    parent.abort('left the page');
    expect(await pending).toBe('left the page');
  });

  it('lets the reason win over the words in which the stopped work fails', async () => {
    const work = (signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new TypeError('fetch failed'));
        });
      });
    await expect(within({ ms: 5, parent: undefined, timeUp }, work)).rejects.toThrow('time is up');
  });

  it('does not begin under a parent that has aborted', async () => {
    const work = jest.fn(never);
    const limit = { ms: 1000, parent: AbortSignal.abort('gone'), timeUp };
    expect(await rejectionOf(within(limit, work))).toBe('gone');
    expect(work).not.toHaveBeenCalled();
  });

  it.each([
    ['success', () => Promise.resolve()],
    ['failure', () => Promise.reject(new Error('x'))],
  ])('leaves nothing behind on the parent after %s', async (_name, work) => {
    const { signal } = new AbortController();
    await within({ ms: 1000, parent: signal, timeUp }, work).catch(() => undefined);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('sleep', () => {
  it('ends early when the signal aborts', async () => {
    const controller = new AbortController();
    const pending = sleep(2 ** 30, controller.signal);
    controller.abort();
    await expect(pending).resolves.toBeUndefined();
  });

  it('leaves nothing behind on the signal', async () => {
    const { signal } = new AbortController();
    await sleep(1, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

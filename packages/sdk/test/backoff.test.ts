import { pauseMs } from '../src/backoff.js';

describe('pauseMs', () => {
  it('doubles from 100 ms to 2 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 10].map((attempts) => pauseMs(attempts, 0, 1));
    expect(longest).toEqual([100, 200, 400, 800, 1600, 2000, 2000, 2000]);
  });

  it('is anything from nothing up to that', () => {
    expect([0, 0.25, 0.5].map((random) => pauseMs(3, 0, random))).toEqual([0, 100, 200]);
  });

  it('begins when Retry-After is over', () => {
    expect(pauseMs(1, 7, 0)).toBe(7000);
    expect(pauseMs(1, 7, 0.5)).toBe(7050);
  });
});

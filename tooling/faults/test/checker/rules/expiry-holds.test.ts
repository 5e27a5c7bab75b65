import { CLOCK_ERROR_MS, rulesBroken, Story } from '../story.js';

const RULE = ['expiry-holds'];

describe('expiry-holds', () => {
  it('finds a redeem or inspect that began after the end by any reading of the clock', () => {
    const acceptedAfter = (ms: number): string[] => {
      const story = new Story();
      const token = story.issue();
      const at = story.endOf(token) + ms;
      story.redeem(token, 'first', { at, answer: { usedAtMs: null } });
      return rulesBroken(story.history());
    };
    expect(acceptedAfter(CLOCK_ERROR_MS - 1)).toEqual([]);
    expect(acceptedAfter(CLOCK_ERROR_MS)).toEqual(RULE);

    const story = new Story();
    const token = story.issue();
    story.inspect(token, { at: story.endOf(token) + CLOCK_ERROR_MS });
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('finds a time of use that is not before the end', () => {
    const usedBefore = (ms: number): string[] => {
      const story = new Story();
      const token = story.issue();
      const end = story.endOf(token);
      story.redeem(token, 'first', { at: end - 5, answer: { usedAtMs: story.clockAt(end - ms) } });
      return rulesBroken(story.history());
    };
    expect(usedBefore(1)).toEqual([]);
    expect(usedBefore(0)).toEqual(RULE);
  });

  it('lets what used it up in time be retried for a minute, and no longer', () => {
    const retriedAfter = (ms: number, lost: object = {}): string[] => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first', lost);
      const answer = { usedAtMs: story.clockAt(15) };
      story.redeem(token, 'first', { at: story.endOf(token) + ms, answer });
      return rulesBroken(story.history());
    };
    expect(retriedAfter(60_000 + CLOCK_ERROR_MS - 1)).toEqual([]);
    expect(retriedAfter(60_000 + CLOCK_ERROR_MS - 1, { lost: true })).toEqual([]);
    expect(retriedAfter(60_000 + CLOCK_ERROR_MS)).toEqual(RULE);
  });

  it('does not let the app ask about a redeemed token any longer than it lives', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first');
    story.inspect(token, { redeemed: true, at: story.endOf(token) + CLOCK_ERROR_MS });
    expect(rulesBroken(story.history())).toEqual(RULE);
  });
});

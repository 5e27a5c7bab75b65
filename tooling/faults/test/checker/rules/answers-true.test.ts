import { CLOCK_ERROR_MS, rulesBroken, Story } from '../story.js';

const RULE = ['answers-true'];

describe('answers-true', () => {
  it('finds an answer with another user or expiry', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first', { answer: { userId: 'bob' } });
    expect(rulesBroken(story.history())).toEqual(RULE);
    const inspected = new Story();
    inspected.inspect(inspected.issue(), { answer: { userId: 'bob' } });
    expect(rulesBroken(inspected.history())).toEqual(RULE);
    const longer = new Story();
    longer.redeem(longer.issue(), 'first', { answer: { expiresAtMs: longer.clockAt(61_000) } });
    expect(rulesBroken(longer.history())).toEqual(RULE);
  });

  it('finds a time of use at which nobody was asking, by any reading of the clock', () => {
    const usedAt = (at: number): string[] => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first', { at: 20, took: 10, answer: { usedAtMs: story.clockAt(at) } });
      return rulesBroken(story.history());
    };
    expect(usedAt(20 - CLOCK_ERROR_MS)).toEqual([]);
    expect(usedAt(20 - CLOCK_ERROR_MS - 1)).toEqual(RULE);
    expect(usedAt(30 + CLOCK_ERROR_MS)).toEqual([]);
    expect(usedAt(30 + CLOCK_ERROR_MS + 1)).toEqual(RULE);
  });

  it('takes the time of a lost first call from its retry', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first', { at: 20, lost: true }).wait(5000);
    story.redeem(token, 'first', { answer: { usedAtMs: story.clockAt(25) } });
    expect(rulesBroken(story.history())).toEqual([]);
  });
});

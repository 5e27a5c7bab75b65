import { processOf } from '../../../src/history/history.js';
import { rulesBroken, Story } from '../story.js';

describe('healthy-answers', () => {
  it.each([{ lost: true }, { refused: 'store_unavailable' }] as const)(
    'finds a call without an answer: %j',
    (how) => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first', { at: 20, took: 10, ...how });
      expect(rulesBroken(story.history({ healthy: [{ from: 20, to: 30 }] }))).toEqual(['healthy-answers']);
      expect(rulesBroken(story.history({ healthy: [{ from: 20, to: 29 }] }))).toEqual([]);
      expect(rulesBroken(story.history({ healthy: [{ from: 21, to: 40 }] }))).toEqual([]);
    },
  );

  it('excuses the process that something was wrong with, and no other', () => {
    const story = new Story();
    story.redeem(story.issue(), 'first', { at: 20, took: 10, lost: true });
    const except = processOf(story.history({}).operations[1] ?? { id: '' });
    expect(rulesBroken(story.history({ healthy: [{ from: 20, to: 30, except }] }))).toEqual([]);
    expect(rulesBroken(story.history({ healthy: [{ from: 20, to: 30, except: 'another' }] }))).toEqual([
      'healthy-answers',
    ]);
  });
});

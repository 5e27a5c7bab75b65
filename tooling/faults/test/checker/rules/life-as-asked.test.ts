import { rulesBroken, Story } from '../story.js';

describe('life-as-asked', () => {
  it.each([
    [0, ['life-as-asked']],
    [29_000, ['life-as-asked']],
    [30_000, []],
    [61_000, []],
    [62_000, ['life-as-asked']],
  ])('of a token for a minute that gets %d ms finds %j', (life, expected) => {
    const story = new Story();
    story.issue({ ttlMs: 60_000, life });
    expect(rulesBroken(story.history())).toEqual(expected);
  });
});

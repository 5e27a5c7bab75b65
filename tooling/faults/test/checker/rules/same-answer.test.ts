import { rulesBroken, Story } from '../story.js';

describe('same-answer', () => {
  it('finds a retry that is told of another person, or another time', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').redeem(token, 'first', { answer: { person: 'ada at Other' } });
    expect(rulesBroken(story.history())).toEqual(['same-answer']);

    const later = new Story();
    const other = later.issue();
    later.redeem(other, 'first').redeem(other, 'first', { answer: { usedAtMs: later.clockAt(25) } });
    expect(rulesBroken(later.history())).toEqual(['same-answer']);
  });

  it('lets a way that does not tell the time leave it out', () => {
    const story = new Story();
    const token = story.issue();
    story
      .redeem(token, 'first')
      .redeem(token, 'first', { answer: { usedAtMs: null } })
      .redeem(token, 'first');
    expect(rulesBroken(story.history())).toEqual([]);
  });
});

import { rulesBroken, Story } from '../story.js';

describe('at-most-once', () => {
  it('finds two redemption ids that were answered', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').redeem(token, 'second');
    expect(rulesBroken(story.history())).toEqual(['at-most-once']);

    const atOnce = new Story();
    const other = atOnce.issue();
    atOnce.redeem(other, 'first', { at: 20 }).redeem(other, 'second', { at: 20 });
    expect(rulesBroken(atOnce.history())).toEqual(['at-most-once']);
  });

  it('finds them across a new life, of which the token is none', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').wait(100).redeem(token, 'second', { at: 130 });
    const newLives = [{ from: 15, to: 140 }];
    expect(rulesBroken(story.history({ newLives }))).toEqual(['at-most-once']);
  });

  it('finds an inspect by another one that is told that it could redeem', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').inspect(token);
    expect(rulesBroken(story.history())).toEqual(['at-most-once']);
    const named = new Story();
    const other = named.issue();
    named.redeem(other, 'first').inspect(other, { redemptionId: 'second' });
    expect(rulesBroken(named.history())).toEqual(['at-most-once']);
  });

  it('lets the same id be answered again, in either spelling, and look', () => {
    const story = new Story();
    const token = story.issue();
    story.inspect(token);
    story.redeem(token, 'AB-1').redeem(token, 'ab-1');
    story.inspect(token, { redemptionId: 'ab-1' }).inspect(token, { redeemed: true });
    expect(rulesBroken(story.history())).toEqual([]);
  });

  it('lets an inspect that overlaps the redeem have been first', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first', { at: 20, took: 10 }).inspect(token, { at: 29 });
    expect(rulesBroken(story.history())).toEqual([]);
  });
});

import { ALWAYS_HEALTHY, rulesBroken, Story } from '../story.js';

const RULE = ['exactly-one'];

describe('exactly-one', () => {
  it.each(['token_used', 'invalid_token'])('finds that all at once were refused with %s', (refused) => {
    const story = new Story();
    const token = story.issue();
    for (const id of ['a', 'b', 'c']) story.redeem(token, id, { at: 20, refused });
    expect(rulesBroken(story.history(ALWAYS_HEALTHY))).toEqual(RULE);
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('lets one be answered, now or before, or have lost its reply', () => {
    const story = new Story();
    const [one, other] = [story.issue(), story.issue()];
    story.redeem(one, 'a', { at: 30 }).redeem(one, 'b', { at: 30, refused: 'token_used' });
    story.redeem(other, 'a', { at: 50, refused: 'token_used' }).redeem(other, 'b', { at: 50, lost: true });
    expect(rulesBroken(story.history())).toEqual([]);
  });

  it('lets all be refused when they may have been revoked, or too late', () => {
    const revoked = new Story();
    const token = revoked.issue();
    for (const id of ['a', 'b']) revoked.redeem(token, id, { at: 20, refused: 'invalid_token' });
    revoked.revoke(token, { at: 29 });
    expect(rulesBroken(revoked.history())).toEqual([]);

    const late = new Story();
    const old = late.issue();
    for (const id of ['a', 'b']) late.redeem(old, id, { at: late.endOf(old) - 5, refused: 'invalid_token' });
    expect(rulesBroken(late.history())).toEqual([]);
  });

  it('lets the winner be refused itself, at a second try after it was revoked', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'a', { at: 20, took: 100, refused: 'token_revoked' });
    story.redeem(token, 'b', { at: 30, refused: 'token_used' }).revoke(token, { at: 50 });
    expect(rulesBroken(story.history())).toEqual([]);
  });
});

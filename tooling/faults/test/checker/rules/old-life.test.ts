import { rulesBroken, Story } from '../story.js';

const RULE = ['old-life'];

describe('old-life', () => {
  it('finds a token of before the new life that is accepted in it', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first', { at: 100 });
    expect(rulesBroken(story.history({ newLives: [{ from: 50, to: 60 }] }))).toEqual(RULE);
  });

  it('finds a retry and an inspect too', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').redeem(token, 'first', { at: 100 }).inspect(token, { redeemed: true });
    expect(rulesBroken(story.history({ newLives: [{ from: 50, to: 60 }] }))).toEqual(RULE);
  });

  it('lets be what was issued, or asked, while the new life began', () => {
    const issued = new Story();
    const token = issued.issue({ took: 10 });
    issued.redeem(token, 'first', { at: 100 });
    expect(rulesBroken(issued.history({ newLives: [{ from: 10, to: 60 }] }))).toEqual([]);

    const asked = new Story();
    const other = asked.issue();
    asked.redeem(other, 'first', { at: 100 });
    expect(rulesBroken(asked.history({ newLives: [{ from: 50, to: 100 }] }))).toEqual([]);
  });

  it('lets an old token be refused, used or not, and a new one be accepted', () => {
    const story = new Story();
    const [used, unused] = [story.issue(), story.issue()];
    story.redeem(used, 'first').wait(100);
    story
      .redeem(used, 'first', { refused: 'token_unknown' })
      .redeem(used, 'second', { refused: 'token_expired' });
    story.redeem(unused, 'first', { refused: 'invalid_token' });
    const fresh = story.issue();
    story.redeem(fresh, 'first');
    const rows = [story.rowOf(used, { usedAtMs: null, redemptionId: null }), story.rowOf(fresh)];
    expect(rulesBroken(story.history({ newLives: [{ from: 50, to: 60 }], rows }))).toEqual([]);
  });
});

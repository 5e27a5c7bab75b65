import { rulesBroken, Story } from '../story.js';

const RULE = ['revoke-holds'];

describe('revoke-holds', () => {
  it('finds a redeem, an inspect and a retry after the revoke', () => {
    const redeemed = new Story();
    const one = redeemed.issue();
    redeemed.revoke(one).redeem(one, 'first');
    expect(rulesBroken(redeemed.history())).toEqual(RULE);

    const inspected = new Story();
    const other = inspected.issue();
    inspected.redeem(other, 'first').revoke(other).inspect(other, { redeemed: true });
    expect(rulesBroken(inspected.history())).toEqual(RULE);

    const retried = new Story();
    const third = retried.issue();
    retried.redeem(third, 'first').revokeAll('ada').redeem(third, 'first');
    expect(rulesBroken(retried.history())).toEqual(RULE);
  });

  it('finds one that is accepted after another one was told of the revoke', () => {
    const story = new Story();
    const token = story.issue();
    story.revoke(token, { lost: true }).inspect(token, { refused: 'token_revoked' }).redeem(token, 'first');
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('lets a revoke without an answer, or beside the redeem, come later', () => {
    const story = new Story();
    const [one, other] = [story.issue(), story.issue()];
    story.revoke(one, { lost: true }).redeem(one, 'first');
    story.revoke(other, { at: 60, took: 10 }).redeem(other, 'first', { at: 69 });
    expect(rulesBroken(story.history())).toEqual([]);
  });

  it('lets a revoke of all spare what was issued beside or after it, and what is of others', () => {
    const story = new Story();
    const beside = story.issue({ at: 10, took: 10 });
    const bobs = story.issue({ user: 'bob' });
    story.revokeAll('ada', { at: 19 });
    story.redeem(beside, 'first').redeem(bobs, 'first').redeem(story.issue(), 'first');
    expect(rulesBroken(story.history())).toEqual([]);
  });

  it('does not hold a revoke against the new life that began beside it', () => {
    const story = new Story();
    const token = story.issue({ at: 50 });
    story.revoke(token).redeem(token, 'first');
    expect(rulesBroken(story.history({ newLives: [{ from: 40, to: 65 }] }))).toEqual([]);
    expect(rulesBroken(story.history({ newLives: [{ from: 40, to: 55 }] }))).toEqual(RULE);
  });
});

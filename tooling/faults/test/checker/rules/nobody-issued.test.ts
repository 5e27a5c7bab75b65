import { rulesBroken, Story } from '../story.js';

const RULE = ['nobody-issued'];

describe('nobody-issued', () => {
  it('finds that such a token was accepted', () => {
    const redeemed = new Story();
    redeemed.issue();
    redeemed.redeem('forged', 'first');
    expect(rulesBroken(redeemed.history())).toEqual(RULE);
    const inspected = new Story();
    inspected.inspect('forged');
    expect(rulesBroken(inspected.history())).toEqual(RULE);
  });

  it('lets it be the token of an issue whose end was not written down, but of no other', () => {
    const accepted = (how: { user?: string; app?: string; at?: number }): string[] => {
      const story = new Story();
      const token = story.issue({ lost: true, ...how });
      story.redeem(token, 'first', { at: 20, app: 'hi-events', answer: { userId: 'ada' } });
      return rulesBroken(story.history());
    };
    expect(accepted({})).toEqual([]);
    expect(accepted({ user: 'bob' })).toEqual(RULE);
    expect(accepted({ app: 'elsewhere' })).toEqual(RULE);
    expect(accepted({ at: 40 })).toEqual(RULE);
  });
});

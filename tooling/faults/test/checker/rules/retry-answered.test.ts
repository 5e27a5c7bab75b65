import { CLOCK_ERROR_MS, rulesBroken, Story } from '../story.js';

const RULE = ['retry-answered'];

describe('retry-answered', () => {
  it.each(['token_used', 'token_expired', 'token_unknown', 'token_revoked', 'invalid_token'])(
    'finds a retry that is refused with %s',
    (refused) => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first').redeem(token, 'first', { refused });
      expect(rulesBroken(story.history())).toEqual(RULE);
    },
  );

  it('finds it refused up to a minute after the end, and not from there on', () => {
    const took = 10;
    const refusedAt = (ms: number): string[] => {
      const story = new Story();
      const token = story.issue();
      const at = story.endOf(token) + ms - took;
      story.redeem(token, 'first').redeem(token, 'first', { at, took, refused: 'token_expired' });
      return rulesBroken(story.history());
    };
    expect(refusedAt(60_000 - CLOCK_ERROR_MS - 1)).toEqual(RULE);
    expect(refusedAt(60_000 - CLOCK_ERROR_MS)).toEqual([]);
  });

  it('does not want it answered after a revoke, or in a new life', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').revoke(token, { lost: true });
    story.redeem(token, 'first', { refused: 'token_revoked' });
    expect(rulesBroken(story.history())).toEqual([]);

    const failover = new Story();
    const old = failover.issue();
    failover.redeem(old, 'first').wait(100).redeem(old, 'first', { refused: 'token_unknown' });
    expect(rulesBroken(failover.history({ newLives: [{ from: 50, to: 60 }] }))).toEqual([]);
  });

  it('does not know of a retry whose first call was not answered before', () => {
    const story = new Story();
    const token = story.issue();
    const nearEnd = story.endOf(token) - CLOCK_ERROR_MS;
    // Judged in time, and still waiting for its commit when the other one reads the row.
    story.redeem(token, 'first', {
      at: nearEnd - 5,
      took: 100,
      answer: { usedAtMs: story.clockAt(nearEnd) },
    });
    story.redeem(token, 'first', { at: nearEnd + 50, took: 20, refused: 'token_expired' });
    expect(rulesBroken(story.history())).toEqual([]);
  });
});

import { CLOCK_ERROR_MS, rulesBroken, Story } from '../story.js';

const RULE = ['refusal-explained'];

describe('refusal-explained', () => {
  it.each([
    'token_unknown',
    'token_used',
    'token_revoked',
    'token_expired',
    'target_mismatch',
    'verifier_mismatch',
    'invalid_token',
    'token_malformed',
    'client_unauthenticated',
  ])('finds a right presentation that is refused with %s for nothing', (refused) => {
    const redeemed = new Story();
    redeemed.redeem(redeemed.issue(), 'first', { refused });
    expect(rulesBroken(redeemed.history())).toEqual(RULE);
    const inspected = new Story();
    inspected.inspect(inspected.issue(), { refused });
    expect(rulesBroken(inspected.history())).toEqual(RULE);
  });

  it.each(['store_unavailable', 'rate_limited'])('lets %s explain itself', (refused) => {
    const story = new Story();
    const token = story.issue();
    story
      .redeem(token, 'first', { refused })
      .redeem(token, 'second')
      .redeem(token, 'first', { refused: 'token_used' });
    expect(rulesBroken(story.history())).toEqual([]);
  });

  describe('token_used', () => {
    it('is explained by another id that was answered, or whose reply was lost, whenever that took effect', () => {
      const story = new Story();
      const [one, other] = [story.issue(), story.issue()];
      story.redeem(one, 'first').redeem(one, 'second', { refused: 'token_used' });
      story.redeem(other, 'first', { lost: true }).redeem(other, 'second', { refused: 'token_used' });
      story.inspect(other, { refused: 'token_used' });
      expect(rulesBroken(story.history())).toEqual([]);
    });

    it('is explained by one that the other one overlapped', () => {
      const story = new Story();
      const token = story.issue();
      story
        .redeem(token, 'second', { at: 20, took: 10, refused: 'token_used' })
        .redeem(token, 'first', { at: 29 });
      expect(rulesBroken(story.history())).toEqual([]);
    });

    it('is not explained by what began later, had wrong proofs, or came after the end', () => {
      const later = new Story();
      const token = later.issue();
      later.redeem(token, 'second', { refused: 'token_used' }).wait(1).redeem(token, 'first');
      expect(rulesBroken(later.history())).toEqual(RULE);

      const wrong = new Story();
      const bound = wrong.issue({ verifier: 'secret' });
      wrong
        .redeem(bound, 'thief', { verifier: 'guess', lost: true })
        .redeem(bound, 'first', { refused: 'token_used' });
      expect(rulesBroken(wrong.history())).toEqual(RULE);

      const late = new Story();
      const old = late.issue();
      late.redeem(old, 'first', { at: late.endOf(old) + CLOCK_ERROR_MS, lost: true });
      late.redeem(old, 'second', { refused: 'token_used' });
      expect(rulesBroken(late.history())).toEqual(RULE);
    });

    it('is not explained by an id that lost to the one that was answered', () => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'lost', { lost: true }).redeem(token, 'second', { refused: 'token_used' });
      story.wait(5).redeem(token, 'first');
      expect(rulesBroken(story.history())).toEqual(RULE);
    });

    it('is not explained by one that used it only afterwards, by the clock of the database', () => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'second', { at: 30, took: 10, refused: 'token_used' });
      const answer = { usedAtMs: story.clockAt(40 + CLOCK_ERROR_MS + 1) };
      story.redeem(token, 'first', { at: 35, took: 50, answer });
      expect(rulesBroken(story.history())).toEqual(RULE);
    });
  });

  describe('token_expired', () => {
    it('is explained from the first moment at which the clock may have shown the end', () => {
      const story = new Story();
      const token = story.issue();
      const took = 10;
      const at = story.endOf(token) - CLOCK_ERROR_MS - took;
      story.redeem(token, 'first', { at, took, refused: 'token_expired' });
      expect(rulesBroken(story.history())).toEqual([]);

      const early = new Story();
      early.redeem(early.issue(), 'first', { at: at - 1, took, refused: 'token_expired' });
      expect(rulesBroken(early.history())).toEqual(RULE);
    });

    it('is said of a wrong target only when it is long past', () => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'x', { at: story.endOf(token), app: 'elsewhere', refused: 'token_expired' });
      expect(rulesBroken(story.history())).toEqual(RULE);
    });
  });

  describe('token_revoked', () => {
    it('is explained by a revoke without an answer, and by one of all that the user had', () => {
      const story = new Story();
      const [one, other] = [story.issue(), story.issue()];
      story.revoke(one, { lost: true }).redeem(one, 'first', { refused: 'token_revoked' });
      story.revokeAll('ada').redeem(other, 'first', { refused: 'token_revoked' });
      expect(rulesBroken(story.history())).toEqual([]);
    });

    it('is explained by a revoke of another user as little as by one before the issue', () => {
      const other = new Story();
      const token = other.issue();
      other.revokeAll('bob').redeem(token, 'first', { refused: 'token_revoked' });
      expect(rulesBroken(other.history())).toEqual(RULE);

      const before = new Story();
      before.revokeAll('ada').wait(1);
      before.redeem(before.issue(), 'first', { refused: 'token_revoked' });
      expect(rulesBroken(before.history({ healthy: [{ from: 0, to: 15 }] }))).toEqual(RULE);
    });

    it('is explained by a revoke of all before the issue whose first try may still be under way', () => {
      const story = new Story();
      story.revokeAll('ada', { lost: true }).wait(1);
      story.redeem(story.issue(), 'first', { refused: 'token_revoked' });
      story.revokeAll('ada').wait(1);
      story.redeem(story.issue(), 'first', { refused: 'token_revoked' });
      expect(rulesBroken(story.history())).toEqual([]);
    });

    it('is explained by a replay where clients say who they are', () => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first').redeem(token, 'second', { refused: 'token_used' });
      story.redeem(token, 'third', { refused: 'token_revoked' });
      expect(rulesBroken(story.history({ replaysMayRevoke: true }))).toEqual([]);
      expect(rulesBroken(story.history())).toEqual(RULE);
    });
  });

  describe('token_unknown', () => {
    it('is explained by a new life and by the cleanup', () => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first', { at: story.endOf(token) + 60_000, refused: 'token_unknown' });
      const { expiresAtMs } = story.rowOf(token);
      expect(rulesBroken(story.history())).toEqual(RULE);
      expect(rulesBroken(story.history({ newLives: [{ from: 5, to: 6 }] }))).toEqual([]);
      expect(rulesBroken(story.history({ cleanedBeforeMs: expiresAtMs + 1 }))).toEqual([]);
      expect(rulesBroken(story.history({ cleanedBeforeMs: expiresAtMs }))).toEqual(RULE);
      const rows = [story.rowOf(token, { isArchived: true })];
      expect(rulesBroken(story.history({ rows }))).toEqual([]);
    });

    it('is not explained by a cleanup while the redeem could be retried', () => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'first', { at: story.endOf(token) + 59_000, refused: 'token_unknown' });
      const { expiresAtMs } = story.rowOf(token);
      expect(rulesBroken(story.history({ cleanedBeforeMs: expiresAtMs + 1 }))).toEqual(RULE);
    });

    it('is the answer about a redeemed token that is not', () => {
      const story = new Story();
      const token = story.issue();
      story.inspect(token, { redeemed: true, refused: 'token_unknown' });
      expect(rulesBroken(story.history())).toEqual([]);
      story.redeem(token, 'first').inspect(token, { redeemed: true, refused: 'token_unknown' });
      expect(rulesBroken(story.history())).toEqual(RULE);
    });
  });

  it('wants the code of the proof that is wrong', () => {
    const story = new Story();
    const token = story.issue({ verifier: 'secret' });
    story.redeem(token, 'a', { app: 'elsewhere', verifier: null, refused: 'target_mismatch' });
    story.redeem(token, 'b', { verifier: null, refused: 'verifier_mismatch' });
    story.redeem(token, 'c', { verifier: 'guess', refused: 'invalid_token' });
    story.inspect(token, { app: 'elsewhere', redeemed: true, refused: 'target_mismatch' });
    story.redeem(token, 'd');
    expect(rulesBroken(story.history())).toEqual([]);
    story.redeem(token, 'e', { verifier: 'guess', refused: 'token_used' });
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('knows what can be said of a token that nobody issued', () => {
    const story = new Story();
    story
      .redeem('forged', 'a', { refused: 'token_unknown' })
      .inspect('no token', { refused: 'token_malformed' });
    expect(rulesBroken(story.history())).toEqual([]);
    story.redeem('forged', 'a', { refused: 'token_used' });
    expect(rulesBroken(story.history())).toEqual(RULE);
  });
});

import type { FinalRow, Told } from '../../../src/history/history.js';
import { ALWAYS_HEALTHY, rulesBroken, Story } from '../story.js';

const RULE = ['told-matches'];
const IN_FULL = { toldInFull: ['event', 'audit'] } as const;

/** Issued, redeemed, retried, replayed and revoked, with all that is told of it but `without`. */
function everything(without?: Told['name']): Story {
  const story = new Story();
  const token = story.issue();
  const tell = (name: Told['name'], isRetry = false): void => {
    if (name === without) return;
    story.tell(name, token, { isRetry });
    if (!isRetry) story.tell(name, token, { where: 'audit' });
  };
  tell('issued');
  story.redeem(token, 'first');
  tell('redeemed');
  story.redeem(token, 'first');
  tell('redeemed', true);
  story.redeem(token, 'second', { refused: 'token_used' });
  tell('rejected');
  tell('replayed');
  story.revoke(token);
  tell('revoked');
  return story;
}

describe('told-matches', () => {
  it('lets all be told that happened', () => {
    const story = everything();
    expect(rulesBroken(story.history({ ...IN_FULL, ...ALWAYS_HEALTHY }))).toEqual([]);
  });

  it.each(['issued', 'redeemed', 'revoked'] as const)(
    'misses %s where all is told, and not elsewhere',
    (name) => {
      const story = everything(name);
      expect(rulesBroken(story.history({ ...IN_FULL, ...ALWAYS_HEALTHY }))).toEqual(RULE);
      expect(rulesBroken(story.history(ALWAYS_HEALTHY))).toEqual([]);
    },
  );

  it('wants an event for each answer', () => {
    const story = everything();
    const history = story.history({ ...IN_FULL, ...ALWAYS_HEALTHY });
    const told = history.told.filter(({ isRetry }) => !isRetry);
    expect(rulesBroken({ ...history, told })).toEqual(RULE);
    expect(rulesBroken({ ...history, told, toldInFull: ['audit'] })).toEqual([]);
  });

  it.each(['redeemed', 'replayed', 'revoked', 'rejected'] as const)(
    'finds %s that has nothing to tell of',
    (name) => {
      const story = new Story();
      const token = story.issue();
      story.tell(name, token);
      expect(rulesBroken(story.history())).toEqual(RULE);
      const audited = new Story();
      audited.tell(name, audited.issue(), { where: 'audit' });
      expect(rulesBroken(audited.history())).toEqual(RULE);
    },
  );

  it('lets the audit tell of what an operator revoked, whether its token was handed out or not', () => {
    const story = new Story();
    story.tell('revoked', story.issue(), { where: 'audit' }).tell('revoked', 'strange', { where: 'audit' });
    expect(rulesBroken(story.history({ newLives: [{ from: 50, to: 60, isRevoking: true }] }))).toEqual([]);
    expect(rulesBroken(story.history({ newLives: [{ from: 50, to: 60 }] }))).toEqual(RULE);
  });

  it('finds an event from before the call', () => {
    const story = new Story();
    const token = story.issue();
    story.tell('redeemed', token, { at: 19 }).redeem(token, 'first', { at: 20 });
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('finds a redemption of an id that was refused', () => {
    const story = new Story();
    const token = story.issue({ verifier: 'secret' });
    story.redeem(token, 'thief', { verifier: 'guess', refused: 'verifier_mismatch' }).tell('redeemed', token);
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('finds two events of a token that was used up just then', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').tell('redeemed', token).redeem(token, 'first').tell('redeemed', token);
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('lets an event of a call without an answer come late', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first', { lost: true }).wait(5000).tell('redeemed', token);
    expect(rulesBroken(story.history({ rows: [story.rowOf(token)] }))).toEqual([]);
  });

  it('lets an issue that lost its reply be told of, and finds one that nobody asked for', () => {
    const story = new Story();
    story.issue({ lost: true });
    story.tell('issued', 'nobody knows this one');
    expect(rulesBroken(story.history())).toEqual([]);
    const other = new Story();
    other.tell('issued', 'nobody asked for this one');
    expect(rulesBroken(other.history())).toEqual(RULE);
  });

  it('finds a row that does not say what was told of it', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first', { refused: 'token_expired', at: story.endOf(token) - 5 });
    story.tell('redeemed', token, { where: 'audit' });
    const rows: FinalRow[] = [story.rowOf(token)];
    expect(rulesBroken(story.history({ rows }))).toEqual(RULE);
    expect(rulesBroken(story.history())).toEqual([]);
  });
});

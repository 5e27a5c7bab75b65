import type { FinalRow } from '../../../src/history/history.js';
import { rulesBroken, Story } from '../story.js';

const RULE = ['rows-match'];

/** A token that was redeemed and one that was not, and what the rows are then. */
function redeemedAndNot(): {
  story: Story;
  redeemed: string;
  fresh: string;
  rows: (more?: object) => FinalRow[];
} {
  const story = new Story();
  const [redeemed, fresh] = [story.issue(), story.issue()];
  story.redeem(redeemed, 'first').redeem(redeemed, 'second', { refused: 'token_used' });
  const rows = (more: object = {}): FinalRow[] => [story.rowOf(redeemed, more), story.rowOf(fresh)];
  return { story, redeemed, fresh, rows };
}

describe('rows-match', () => {
  it('lets rows be what was answered, and says nothing where nobody looked', () => {
    const { story, rows } = redeemedAndNot();
    expect(rulesBroken(story.history({ rows: rows() }))).toEqual([]);
    expect(rulesBroken(story.history())).toEqual([]);
    expect(rulesBroken(story.history({ rows: rows({ isArchived: true }) }))).toEqual([]);
  });

  it.each([
    ['not used', { usedAtMs: null, redemptionId: null }],
    ['used by another id', { redemptionId: 'second' }],
    ['used at another time', { usedAtMs: 1_800_000_000_020 }],
    ['half used', { usedAtMs: null }],
    ['half used', { redemptionId: null }],
    ['revoked', { isRevoked: true }],
    ["another user's", { userId: 'bob' }],
    ['of another life', { expiresAtMs: 1_800_000_061_000 }],
  ])('finds the row of a redeemed token that is %s', (_, more) => {
    const { story, rows } = redeemedAndNot();
    expect(rulesBroken(story.history({ rows: rows(more) }))).toEqual(RULE);
  });

  it('finds a row that is not there, or there twice, or that nobody asked for', () => {
    const { story, redeemed, fresh, rows } = redeemedAndNot();
    const strange = (more: object): FinalRow => story.rowOf('strange', { userId: 'ada', ...more });
    expect(rulesBroken(story.history({ rows: [story.rowOf(redeemed)] }))).toEqual(RULE);
    expect(
      rulesBroken(story.history({ rows: [...rows(), story.rowOf(fresh, { isArchived: true })] })),
    ).toEqual(RULE);
    expect(rulesBroken(story.history({ rows: [...rows(), strange({ userId: 'bob' })] }))).toEqual(RULE);
    expect(
      rulesBroken(story.history({ rows: [...rows(), strange({ usedAtMs: 1, redemptionId: 'x' })] })),
    ).toEqual(RULE);
    // An issue tries again with another token where a reply was lost.
    expect(rulesBroken(story.history({ rows: [...rows(), strange({})] }))).toEqual([]);
  });

  it('lets a row be revoked by an operator who began a new life, but not one that was issued in it', () => {
    const story = new Story();
    const [unused, used] = [story.issue(), story.issue()];
    story.redeem(used, 'first').wait(100);
    const fresh = story.issue();
    const rows = (more = {}): FinalRow[] => [
      ...[unused, used].map((token) => story.rowOf(token, { isRevoked: true })),
      story.rowOf(fresh, more),
    ];
    const begun = { newLives: [{ from: 50, to: 60, isRevoking: true }] };
    expect(rulesBroken(story.history({ ...begun, rows: rows() }))).toEqual([]);
    expect(rulesBroken(story.history({ ...begun, rows: rows({ isRevoked: true }) }))).toEqual(RULE);
    expect(rulesBroken(story.history({ newLives: [{ from: 50, to: 60 }], rows: rows() }))).toEqual(RULE);
  });

  it('lets a row be gone that was cleaned, or lost with its life', () => {
    const { story, redeemed, fresh } = redeemedAndNot();
    const { expiresAtMs } = story.rowOf(fresh);
    const rows = [story.rowOf(redeemed)];
    expect(rulesBroken(story.history({ rows, cleanedBeforeMs: expiresAtMs + 1 }))).toEqual([]);
    expect(rulesBroken(story.history({ rows, cleanedBeforeMs: expiresAtMs }))).toEqual(RULE);
    expect(rulesBroken(story.history({ rows: [], newLives: [{ from: 1000, to: 1001 }] }))).toEqual([]);
  });

  it('finds a row used by an id that was refused, or before it asked, and not one whose reply was lost', () => {
    const used = (how: object, usedAt: number): string[] => {
      const story = new Story();
      const token = story.issue();
      story.redeem(token, 'other', { at: 20, lost: true }).redeem(token, 'first', { at: 40, ...how });
      const rows = [story.rowOf(token, { redemptionId: 'first', usedAtMs: story.clockAt(usedAt) })];
      return rulesBroken(story.history({ rows }));
    };
    expect(used({ lost: true }, 5000)).toEqual([]);
    expect(used({ refused: 'store_unavailable' }, 45)).toEqual([]);
    expect(used({ refused: 'token_used' }, 45)).toEqual(RULE);
    expect(used({ lost: true }, 25)).toEqual(RULE);
    expect(used({ lost: true }, 61_000)).toEqual(RULE);
  });

  it('finds that a revoke was forgotten', () => {
    const story = new Story();
    const token = story.issue();
    story.revoke(token);
    expect(rulesBroken(story.history({ rows: [story.rowOf(token)] }))).toEqual([]);
    const rows = [story.rowOf(token, { isRevoked: false })];
    expect(rulesBroken(story.history({ rows }))).toEqual(RULE);
    expect(rulesBroken(story.history({ rows, newLives: [{ from: 30, to: 31 }] }))).toEqual([]);
  });

  it('lets nothing that was acknowledged be gone where the new life had heard everything', () => {
    const { story, redeemed } = redeemedAndNot();
    const rows = [story.rowOf(redeemed)];
    const newLives = (isLossless: boolean): object => ({ newLives: [{ from: 1000, to: 1001, isLossless }] });
    expect(rulesBroken(story.history({ rows, ...newLives(false) }))).toEqual([]);
    expect(rulesBroken(story.history({ rows, ...newLives(true) }))).toEqual(RULE);
  });

  it('lets who revokes a token that has expired miss it in the archive, and nowhere else', () => {
    const story = new Story();
    const token = story.issue();
    story.wait(61_000).revoke(token);
    const rows = (more: object): FinalRow[] => [story.rowOf(token, { isRevoked: false, ...more })];
    expect(rulesBroken(story.history({ rows: rows({ isArchived: true }) }))).toEqual([]);
    expect(rulesBroken(story.history({ rows: rows({}) }))).toEqual(RULE);

    const early = new Story();
    const alive = early.issue();
    early.revoke(alive);
    const archived = early.rowOf(alive, { isRevoked: false, isArchived: true });
    expect(rulesBroken(early.history({ rows: [archived] }))).toEqual(RULE);
  });
});

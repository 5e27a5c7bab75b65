import { check } from '../../src/checker/check.js';
import { minimise } from '../../src/checker/minimise.js';
import { report } from '../../src/checker/report.js';
import type { History } from '../../src/history/history.js';
import { Story } from './story.js';

function reportOf(history: History): string {
  const [violation] = check(history);
  if (violation === undefined) throw new TypeError('nothing is broken');
  return report(minimise(history, violation));
}

describe('report', () => {
  it('tells what happened, one thing after the other, and how to have it again', () => {
    const story = new Story();
    const token = story.issue({ at: 100, verifier: 'secret' });
    story.redeem(token, 'first', { lost: true }).inspect(token);
    story.redeem(token, 'first').redeem(token, 'second', { at: 125 });
    expect(reportOf(story.history({ rows: [story.rowOf(token)] }))).toBe(
      `at-most-once: Two redemption ids were answered.
Guarantee 1: a token is redeemed by at most one redemption id, ever.
Token 00903b35

 0.0  w1-1 issue for user ada at hi-events, verifier 2bb80d53, for 60000 ms → ok, token 00903b35 until 60900.0 (by 10.0)
25.0  w1-5 redeem token 00903b35 at hi-events, verifier 2bb80d53, id second → ok, user ada, used at 30.0, until 60900.0 (by 35.0)
30.0  w1-4 redeem token 00903b35 at hi-events, verifier 2bb80d53, id first → ok, user ada, used at 35.0, until 60900.0 (by 40.0)
 end  row 00903b35 of user ada: used at 35.0 by id first, not revoked, until 60900.0

To have it again: npm run faults -- --seed 7
`,
    );
  });

  it('shows a new life, what was told, and no secret', () => {
    const story = new Story();
    const token = story.issue({ verifier: 'secret' });
    story.redeem(token, 'first', { at: 100 });
    const old = reportOf(story.history({ newLives: [{ from: 50, to: 60 }] }));
    expect(old).toContain('50.0  a new life of the database, by 60.0 at the latest');
    expect(old).not.toContain(token);
    expect(old).not.toContain('secret');

    const told = new Story();
    told.tell('replayed', told.issue(), { at: 30, where: 'audit' });
    expect(reportOf(told.history())).toContain('30.0  the audit "replayed"');
  });
});

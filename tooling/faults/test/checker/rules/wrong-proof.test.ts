import { rulesBroken, Story } from '../story.js';

const RULE = ['wrong-proof'];

describe('wrong-proof', () => {
  it.each([{ app: 'elsewhere' }, { verifier: 'guess' }, { verifier: null }])(
    'finds that %j was accepted',
    (proofs) => {
      const redeemed = new Story();
      redeemed.redeem(redeemed.issue({ verifier: 'secret' }), 'first', proofs);
      expect(rulesBroken(redeemed.history())).toEqual(RULE);
      const inspected = new Story();
      inspected.inspect(inspected.issue({ verifier: 'secret' }), proofs);
      expect(rulesBroken(inspected.history())).toEqual(RULE);
    },
  );

  it('finds a verifier that was accepted for a token without one', () => {
    const story = new Story();
    story.redeem(story.issue(), 'first', { verifier: 'any' });
    expect(rulesBroken(story.history())).toEqual(RULE);
  });

  it('finds that a wrong proof has used the token up', () => {
    const story = new Story();
    const token = story.issue({ verifier: 'secret' });
    story.redeem(token, 'thief', { verifier: 'guess', refused: 'verifier_mismatch' });
    const rows = [story.rowOf(token, { redemptionId: 'thief', usedAtMs: story.clockAt(15) })];
    expect(rulesBroken(story.history({ rows }))).toEqual(RULE);
  });

  it('lets it be refused, and the app that redeemed ask without a verifier', () => {
    const story = new Story();
    const token = story.issue({ verifier: 'secret' });
    story.redeem(token, 'first', { verifier: 'guess', refused: 'verifier_mismatch' });
    story.redeem(token, 'first').inspect(token, { verifier: null, redeemed: true });
    expect(rulesBroken(story.history({ rows: [story.rowOf(token)] }))).toEqual([]);
  });
});

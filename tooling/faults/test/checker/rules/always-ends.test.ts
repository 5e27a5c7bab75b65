import { rulesBroken, Story } from '../story.js';

describe('always-ends', () => {
  it('finds a call that its process waited for in vain, and none whose process was killed', () => {
    const story = new Story();
    const token = story.issue();
    const { operations, ...history } = story.redeem(token, 'first', { lost: true }).history({});
    const last = { ...operations[1], completedAt: Infinity } as (typeof operations)[number];
    const with_ = (isHung: boolean): string[] =>
      rulesBroken({ ...history, operations: [...operations.slice(0, 1), { ...last, isHung }] });
    expect(with_(true)).toEqual(['always-ends']);
    expect(with_(false)).toEqual([]);
  });
});

import { personOf, redemptionIdOf } from '../calls.js';
import type { Finding, Rule } from '../violation.js';

export const sameAnswer: Rule = {
  name: 'same-answer',
  because: 'Guarantee 2: a lost reply can be retried with the same redemption id and gives the same answer.',
  *find({ handoffs }) {
    for (const { tokenHash, redeems } of handoffs) {
      for (const [index, call] of redeems.entries()) {
        const earlier = redeems
          .slice(0, index)
          .find((other) => redemptionIdOf(other) === redemptionIdOf(call) && differs(other, call));
        if (earlier !== undefined) {
          const finding: Finding = {
            says: 'One redemption id was given two answers.',
            tokenHash,
            operations: [earlier, call],
          };
          yield finding;
        }
      }
    }
  },
};

type Answered = Parameters<typeof personOf>[0];

function differs(one: Answered, other: Answered): boolean {
  const [first, second] = [personOf(one), personOf(other)];
  if (first === undefined || second === undefined) return false;
  const isSameTime =
    first.usedAtMs === null || second.usedAtMs === null || first.usedAtMs === second.usedAtMs;
  return first.person !== second.person || !isSameTime;
}

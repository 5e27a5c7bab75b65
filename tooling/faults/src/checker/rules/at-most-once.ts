import { isAboutRedeemed, isBefore, isOk, redemptionIdOf } from '../calls.js';
import type { Handoff } from '../handoff.js';
import type { Finding, Rule } from '../violation.js';

export const atMostOnce: Rule = {
  name: 'at-most-once',
  because: 'Guarantee 1: a token is redeemed by at most one redemption id, ever.',
  *find({ handoffs }) {
    for (const handoff of handoffs) {
      yield* findTwoIds(handoff);
      yield* findFreeAgain(handoff);
    }
  },
};

function* findTwoIds({ tokenHash, redeems }: Handoff): Iterable<Finding> {
  const answered = new Map(redeems.filter(isOk).map((call) => [redemptionIdOf(call), call]));
  if (answered.size < 2) return;
  yield { says: 'Two redemption ids were answered.', tokenHash, operations: [...answered.values()] };
}

/** An inspect says what a redeem would be answered. */
function* findFreeAgain({ tokenHash, redeems, inspects }: Handoff): Iterable<Finding> {
  const used = redeems.filter(isOk);
  for (const call of inspects) {
    if (!isOk(call) || isAboutRedeemed(call)) continue;
    const by = used.find((other) => isBefore(other, call) && redemptionIdOf(other) !== redemptionIdOf(call));
    if (by === undefined) continue;
    yield { says: 'A redeemed token could be redeemed by another id.', tokenHash, operations: [by, call] };
  }
}

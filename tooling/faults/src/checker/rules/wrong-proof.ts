import { isOk, redemptionIdOf, sameId } from '../calls.js';
import type { Evidence } from '../evidence.js';
import type { Handoff } from '../handoff.js';
import type { Finding, Rule } from '../violation.js';

export const wrongProof: Rule = {
  name: 'wrong-proof',
  because: 'Guarantee 5: a wrong target or verifier is refused, and leaves the token usable by its owner.',
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      const { tokenHash, issue } = handoff;
      for (const call of handoff.presentations) {
        if (!isOk(call) || evidence.isRight(handoff, call)) continue;
        yield { says: 'A wrong proof was accepted.', tokenHash, operations: [issue, call] };
      }
      yield* findBurnt(evidence, handoff);
    }
  },
};

function* findBurnt(evidence: Evidence, handoff: Handoff): Iterable<Finding> {
  const { tokenHash, issue, redeems } = handoff;
  const id = evidence.rows?.get(tokenHash)?.redemptionId;
  const asked = redeems.filter((call) => sameId(redemptionIdOf(call), id));
  const [first] = asked;
  if (first === undefined || asked.some((call) => evidence.isRight(handoff, call))) return;
  yield { says: 'A wrong proof has used a token up.', tokenHash, operations: [issue, first] };
}

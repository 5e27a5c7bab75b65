import { isAboutRedeemed, isOk, mayPrecede, personOf, redemptionIdOf } from '../calls.js';
import type { Presentation } from '../calls.js';
import { RETRY_MS } from '../evidence.js';
import type { Evidence } from '../evidence.js';
import type { Handoff } from '../handoff.js';
import type { Rule } from '../violation.js';

export const expiryHolds: Rule = {
  name: 'expiry-holds',
  because:
    "Guarantee 4: the database's clock decides. Nothing is redeemed once the token has expired, nor retried 60 s later.",
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      const { tokenHash, issue } = handoff;
      for (const call of handoff.presentations.filter(isOk)) {
        const isUsedTooLate = (personOf(call)?.usedAtMs ?? -Infinity) >= handoff.expiresAtMs;
        const isTooLate = evidence.earliest(call.invokedAt) >= endOf(evidence, handoff, call);
        if (!isUsedTooLate && !isTooLate) continue;
        yield {
          says: isTooLate
            ? 'A token was accepted after its time.'
            : 'A token was used up after it had expired.',
          tokenHash,
          operations: [issue, call],
        };
      }
    }
  },
};

/** Until when it can have been accepted: longer for the id that may have used it up while it lived. */
function endOf(evidence: Evidence, handoff: Handoff, call: Presentation): number {
  const mayBeRetry =
    !isAboutRedeemed(call) &&
    handoff.redeems.some(
      (other) =>
        redemptionIdOf(other) === redemptionIdOf(call) &&
        mayPrecede(other, call) &&
        !evidence.isTooLate(handoff, other),
    );
  return handoff.expiresAtMs + (mayBeRetry ? RETRY_MS : 0);
}

import { refusalOf } from '../calls.js';
import { explain } from '../explain.js';
import type { Rule } from '../violation.js';

// Whoever is refused as `token_used` has lost to somebody. Those who were refused for that reason themselves are none.
export const exactlyOne: Rule = {
  name: 'exactly-one',
  because:
    'Guarantees 1 and 2: of those who redeem a token at once exactly one is answered, and not only at most one.',
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      const losers = handoff.presentations.filter((call) => {
        const code = refusalOf(call);
        if (code !== 'token_used' && code !== 'invalid_token') return false;
        const reasons = new Set(explain(evidence, handoff, call));
        reasons.delete('invalid_token');
        return reasons.has('token_used') && (code === 'token_used' || reasons.size === 1);
      });
      const lost = losers.filter(
        (call) => !evidence.rivals(handoff, call).some((rival) => evidence.mayHaveUsed(handoff, rival)),
      );
      if (lost.length === 0) continue;
      yield {
        says: 'All that asked were refused because it was used, and none has used it.',
        tokenHash: handoff.tokenHash,
        operations: [handoff.issue, ...lost],
      };
    }
  },
};

import { hashOf, tokenOf } from '../handoff.js';
import type { Rule } from '../violation.js';

export const healthyAnswers: Rule = {
  name: 'healthy-answers',
  because: 'Guarantee 2: while nothing is wrong every call is answered, and none in doubt.',
  *find(evidence) {
    for (const call of evidence.history.operations) {
      const { outcome } = call;
      const isInDoubt =
        outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.code === 'store_unavailable');
      if (!isInDoubt || !evidence.isHealthy(call)) continue;
      const token = tokenOf(call);
      yield {
        says: 'A call got no answer though nothing was wrong.',
        tokenHash: token === undefined ? null : hashOf(token),
        operations: [call],
      };
    }
  },
};

import { isCall, issuedBy } from '../calls.js';
import { hashOf } from '../handoff.js';
import type { Rule } from '../violation.js';

// The expiry is in whole seconds, rounded up by the app's idea of the database's clock. Where the two differ, the
// database takes no less than half of the life.
export const lifeAsAsked: Rule = {
  name: 'life-as-asked',
  because:
    "Guarantees 2 and 4: a token lives for as long as was asked for, by the database's clock, and not much longer.",
  *find(evidence) {
    for (const call of evidence.history.operations) {
      const issued = issuedBy(call);
      if (issued === undefined || !isCall(call, 'issue')) continue;
      const { ttlMs } = call.request;
      const shortest = evidence.earliest(call.invokedAt) + ttlMs / 2;
      const longest = evidence.latest(call.completedAt) + ttlMs + 1000;
      if (issued.expiresAtMs >= shortest && issued.expiresAtMs <= longest) continue;
      yield {
        says: 'A token was given another life than was asked for.',
        tokenHash: hashOf(issued.token),
        operations: [call],
      };
    }
  },
};

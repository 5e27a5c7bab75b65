import { hashOf, tokenOf } from '../handoff.js';
import type { Rule } from '../violation.js';

export const alwaysEnds: Rule = {
  name: 'always-ends',
  because:
    'timeoutMs: a call ends in time and says so where nobody knows, whatever became of its connection.',
  *find({ history }) {
    for (const call of history.operations) {
      if (call.isHung !== true) continue;
      const token = tokenOf(call);
      yield {
        says: 'A call never ended.',
        tokenHash: token === undefined ? null : hashOf(token),
        operations: [call],
      };
    }
  },
};

import { isOk } from '../calls.js';
import type { Rule } from '../violation.js';

export const oldLife: Rule = {
  name: 'old-life',
  because: 'Guarantee 11: a token issued before a failover or a restore is refused after it.',
  *find({ history, handoffs }) {
    for (const { tokenHash, issue, presentations } of handoffs) {
      for (const call of presentations.filter(isOk)) {
        const isOld = history.newLives.some(
          ({ from, to }) => issue.completedAt < from && to < call.invokedAt,
        );
        if (isOld)
          yield { says: 'A token of an old life was accepted.', tokenHash, operations: [issue, call] };
      }
    }
  },
};

import { isCall, personOf, redemptionIdOf } from '../calls.js';
import type { Presentation } from '../calls.js';
import type { Evidence } from '../evidence.js';
import type { Handoff } from '../handoff.js';
import type { Rule } from '../violation.js';

export const answersTrue: Rule = {
  name: 'answers-true',
  because:
    'Guarantee 3: the statement that redeems says itself whom the token was issued for, until when, and when it was used.',
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      const { tokenHash, issue } = handoff;
      for (const call of handoff.presentations) {
        const says = findUntrue(evidence, handoff, call);
        if (says !== undefined) yield { says, tokenHash, operations: [issue, call] };
      }
    }
  },
};

function findUntrue(evidence: Evidence, handoff: Handoff, call: Presentation): string | undefined {
  const person = personOf(call);
  if (person === undefined) return undefined;
  if (person.userId !== handoff.issue.request.userId) return 'Another person arrived than was sent.';
  if (person.expiresAtMs !== handoff.expiresAtMs) return 'An answer names another expiry than the issue.';
  if (person.usedAtMs === null || !isCall(call, 'redeem')) return undefined;
  const asked = handoff.redeems.filter((other) => redemptionIdOf(other) === redemptionIdOf(call));
  // What is told is cut to the millisecond.
  const first = Math.floor(Math.min(...asked.map(({ invokedAt }) => evidence.earliest(invokedAt))));
  const isPossible = person.usedAtMs >= first && person.usedAtMs <= evidence.latest(call.completedAt);
  return isPossible ? undefined : 'An answer says that it was used when nobody was asking.';
}

import { isBefore, isOk, refusalOf } from '../calls.js';
import type { Evidence } from '../evidence.js';
import type { Handoff } from '../handoff.js';
import type { Operation } from '../../history/history.js';
import type { Rule } from '../violation.js';

export const revokeHolds: Rule = {
  name: 'revoke-holds',
  because: 'Guarantee 6: a token that was revoked is accepted no more, and no retry of it answered.',
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      // Who is told so has it from the row, which is revoked for good.
      const seen = handoff.presentations.filter(
        (call) => refusalOf(call) === 'token_revoked' && !evidence.isDuringNewLife(call),
      );
      const ends = [...revokesOf(evidence, handoff), ...seen];
      for (const call of handoff.presentations.filter(isOk)) {
        const end = ends.find((other) => isBefore(other, call));
        if (end === undefined) continue;
        yield {
          says: 'A token was accepted after it had been revoked.',
          tokenHash: handoff.tokenHash,
          operations: [handoff.issue, end, call],
        };
      }
    }
  },
};

/**
 * Those that have ended the token for sure. One that went on while a new life began may have ended it in the old one,
 * and may have found no such token there.
 */
export function revokesOf(evidence: Evidence, handoff: Handoff): readonly Operation[] {
  return [...handoff.revokes, ...handoff.revokeAlls].filter(
    (call) => isOk(call) && isBefore(handoff.issue, call) && !evidence.isDuringNewLife(call),
  );
}

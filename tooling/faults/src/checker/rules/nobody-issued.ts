import { isCall, isOk, isOpen, mayPrecede, personOf } from '../calls.js';
import type { Presentation } from '../calls.js';
import type { Evidence } from '../evidence.js';
import type { Rule } from '../violation.js';

export const nobodyIssued: Rule = {
  name: 'nobody-issued',
  because: 'Guarantee 9: nobody is ever signed in by a token that was not issued.',
  *find(evidence) {
    for (const { tokenHash, presentations } of evidence.strangers) {
      for (const call of presentations) {
        if (!isOk(call) || mayBeIssued(evidence, call)) continue;
        yield { says: 'A token that nobody issued was accepted.', tokenHash, operations: [call] };
      }
    }
  },
};

/** By an issue that got no answer, for the same person and the same app. */
function mayBeIssued({ history }: Evidence, call: Presentation): boolean {
  return history.operations.some(
    (other) =>
      isCall(other, 'issue') &&
      isOpen(other) &&
      mayPrecede(other, call) &&
      other.request.userId === personOf(call)?.userId &&
      other.request.targetApp === call.request.targetApp,
  );
}

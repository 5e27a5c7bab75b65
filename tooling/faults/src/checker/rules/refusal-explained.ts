import { isOpen, refusalOf } from '../calls.js';
import type { Presentation } from '../calls.js';
import type { Evidence } from '../evidence.js';
import { answeredBefore, explain } from '../explain.js';
import type { Handoff } from '../handoff.js';
import type { Calls } from '../handoff.js';
import type { Finding, Rule } from '../violation.js';

export const refusalExplained: Rule = {
  name: 'refusal-explained',
  because:
    'Guarantee 2: an issue that was acknowledged can be redeemed until it expires, so that a refusal has a reason.',
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      for (const { call, code } of unexplained(evidence, handoff)) {
        if (isRetry(evidence, handoff, call)) continue;
        yield {
          says: `Nothing explains ${code}.`,
          tokenHash: handoff.tokenHash,
          operations: [handoff.issue, call],
        };
      }
    }
    // A token that nobody was given may be one whose issue got no answer.
    if (!evidence.history.operations.some((call) => call.request.verb === 'issue' && isOpen(call))) {
      for (const stranger of evidence.strangers) yield* findOfStranger(stranger);
    }
  },
};

export const retryAnswered: Rule = {
  name: 'retry-answered',
  because:
    'Guarantees 2 and 6: a retry is answered for as long as the token lives plus 60 s, unless it is revoked or a new life began.',
  *find(evidence) {
    for (const handoff of evidence.handoffs) {
      for (const { call, code } of unexplained(evidence, handoff)) {
        const first = answeredBefore(handoff, call);
        if (first === undefined || !isRetry(evidence, handoff, call)) continue;
        yield {
          says: `A retry of an answered redeem was refused with ${code}.`,
          tokenHash: handoff.tokenHash,
          operations: [handoff.issue, first, call],
        };
      }
    }
  },
};

function* unexplained(
  evidence: Evidence,
  handoff: Handoff,
): Iterable<{ readonly call: Presentation; readonly code: string }> {
  for (const call of handoff.presentations) {
    const code = refusalOf(call);
    if (code !== undefined && !explain(evidence, handoff, call).has(code)) yield { call, code };
  }
}

function isRetry(evidence: Evidence, handoff: Handoff, call: Presentation): boolean {
  const isRedeem = call.request.verb === 'redeem';
  return isRedeem && evidence.isRight(handoff, call) && answeredBefore(handoff, call) !== undefined;
}

const OF_NO_TOKEN = ['token_malformed', 'token_unknown', 'token_expired', 'invalid_token'];

function* findOfStranger({ tokenHash, presentations }: Calls): Iterable<Finding> {
  for (const call of presentations) {
    const code = refusalOf(call);
    if (code === undefined || OF_NO_TOKEN.includes(code)) continue;
    yield { says: `Nothing explains ${code} of a token that nobody issued.`, tokenHash, operations: [call] };
  }
}

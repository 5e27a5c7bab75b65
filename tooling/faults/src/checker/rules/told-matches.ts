import type { Told } from '../../history/history.js';
import { isBefore, isCall, isOk, isOpen } from '../calls.js';
import type { Evidence } from '../evidence.js';
import type { Calls, Handoff } from '../handoff.js';
import type { Finding, Rule } from '../violation.js';

export const toldMatches: Rule = {
  name: 'told-matches',
  because: 'Guarantee 7: events and the audit have what happened, and nothing else.',
  *find(evidence) {
    const issued = new Map(evidence.handoffs.map((handoff) => [handoff.tokenHash, handoff]));
    const strangers = new Map(evidence.strangers.map((calls) => [calls.tokenHash, calls]));
    for (const [tokenHash, told] of evidence.told) {
      if (tokenHash === null) continue;
      const handoff = issued.get(tokenHash);
      const isTrue =
        handoff === undefined
          ? (one: Told) => mayBeOfStranger(evidence, strangers.get(tokenHash), one)
          : (one: Told) => mayBeTrue(evidence, handoff, one);
      for (const one of told) {
        if (!isTrue(one))
          yield finding(`The ${one.where} "${one.name}" has nothing to tell of.`, tokenHash, handoff);
      }
      yield* findUsedTwice(tokenHash, told);
    }
    for (const handoff of evidence.handoffs) {
      yield* findUntold(evidence, handoff);
      yield* findNotInRow(evidence, handoff);
    }
  },
};

function finding(says: string, tokenHash: string, handoff: Handoff | undefined): Finding {
  return { says, tokenHash, operations: handoff === undefined ? [] : [handoff.issue] };
}

// When an entry of the audit was recorded is reckoned back from when it was written, and not known as well.
const latest = ({ where, at }: Told): number => (where === 'event' ? at : Infinity);

function mayBeTrue(evidence: Evidence, handoff: Handoff, told: Told): boolean {
  const by = latest(told);
  switch (told.name) {
    case 'issued':
      return handoff.issue.invokedAt <= by;
    case 'redeemed':
      return handoff.redeems.some((call) => call.invokedAt <= by && evidence.mayHaveUsed(handoff, call));
    case 'replayed':
      return evidence.mayBeReplayed(handoff, by);
    case 'revoked':
      return evidence.mayBeRevoked(handoff, by);
    case 'rejected':
      return handoff.presentations.some((call) => call.invokedAt <= by);
  }
}

/** A token that nobody was given, for the reply was lost: so nobody can have shown it. */
function mayBeOfStranger(evidence: Evidence, calls: Calls | undefined, told: Told): boolean {
  const { operations, newLives } = evidence.history;
  switch (told.name) {
    case 'issued':
      return operations.some(
        (call) =>
          isCall(call, 'issue') &&
          call.invokedAt <= latest(told) &&
          (isOpen(call) || !evidence.isHealthy(call)),
      );
    case 'revoked':
      return (
        (calls?.revokes.length ?? 0) > 0 ||
        operations.some((call) => isCall(call, 'revokeAll')) ||
        newLives.some(({ isRevoking }) => isRevoking === true)
      );
    case 'redeemed':
    case 'replayed':
      return (calls?.redeems.length ?? 0) > 0;
    case 'rejected':
      return (calls?.presentations.length ?? 0) > 0;
  }
}

function* findUsedTwice(tokenHash: string, told: readonly Told[]): Iterable<Finding> {
  const first = told.filter(
    ({ where, name, isRetry }) => where === 'event' && name === 'redeemed' && !isRetry,
  );
  if (first.length < 2) return;
  yield { says: 'Two events say that a token was used up just then.', tokenHash, operations: [] };
}

/** Each answer goes out after its event. The audit tells of a redemption once, however often it was answered. */
function* findUntold(evidence: Evidence, handoff: Handoff): Iterable<Finding> {
  const { tokenHash, issue, redeems } = handoff;
  // Whose row is gone can be told of without a hash.
  if (evidence.mayBeRemoved(handoff) || evidence.mayBelongToOldLife(issue)) return;
  for (const where of evidence.history.toldInFull ?? []) {
    const count = (name: Told['name']): number =>
      (evidence.told.get(tokenHash) ?? []).filter((one) => one.where === where && one.name === name).length;
    const answered = redeems.filter(isOk);
    const expected = where === 'event' ? answered.length : Math.min(answered.length, 1);
    if (count('issued') === 0) {
      yield { says: `No ${where} tells of an issue.`, tokenHash, operations: [issue] };
    }
    if (count('redeemed') < expected) {
      yield { says: `Not every redemption has its ${where}.`, tokenHash, operations: [issue, ...answered] };
    }
    const revoke = handoff.revokes.find((call) => isSoleRevoke(evidence, handoff, call));
    if (revoke !== undefined && count('revoked') === 0) {
      yield { says: `No ${where} tells of a revoke.`, tokenHash, operations: [issue, revoke] };
    }
  }
}

/** It found the token as it was, and its first try was its last. */
function isSoleRevoke(evidence: Evidence, handoff: Handoff, call: Handoff['revokes'][number]): boolean {
  const isAcknowledged = isOk(call) && isBefore(handoff.issue, call) && evidence.isHealthy(call);
  return isAcknowledged && !evidence.mayBeRevoked(handoff, Infinity, call);
}

function* findNotInRow(evidence: Evidence, handoff: Handoff): Iterable<Finding> {
  const { tokenHash, issue } = handoff;
  const row = evidence.rows?.get(tokenHash);
  if (row === undefined || evidence.mayBelongToOldLife(issue)) return;
  // What is still open may have taken effect only after the rows were read.
  if ([...handoff.redeems, ...handoff.revokes, ...handoff.revokeAlls].some(isOpen)) return;
  const told = new Set((evidence.told.get(tokenHash) ?? []).map(({ name }) => name));
  const isUsed = row.usedAtMs !== null;
  if ((told.has('redeemed') && !isUsed) || (told.has('revoked') && !row.isRevoked)) {
    yield { says: 'The row does not say what was told of it.', tokenHash, operations: [issue] };
  }
}

import { isAboutRedeemed, isBefore, isOk, personOf, redemptionIdOf } from './calls.js';
import type { Call, Presentation } from './calls.js';
import { RETRY_MS } from './evidence.js';
import type { Evidence } from './evidence.js';
import type { Handoff } from './handoff.js';

/** The codes with which a store that keeps its guarantees may have refused this call. */
export function explain(evidence: Evidence, handoff: Handoff, call: Presentation): ReadonlySet<string> {
  const codes = new Set([
    ...ofRow(evidence, handoff, call),
    ...(wrongProof(evidence, handoff, call) ?? ofState(evidence, handoff, call)),
  ]);
  // All that HTTP says of any of them.
  if (codes.size > 0) codes.add('invalid_token');
  return codes;
}

/** An earlier call with the same redemption id, that had been answered before this one began. */
export function answeredBefore(handoff: Handoff, call: Presentation): Call<'redeem'> | undefined {
  const id = redemptionIdOf(call);
  return handoff.redeems.find(
    (other) => isOk(other) && redemptionIdOf(other) === id && isBefore(other, call),
  );
}

/** Whatever the proofs: there is no row to compare them with, or none of this life, or the token itself is long past. */
function ofRow(evidence: Evidence, handoff: Handoff, call: Presentation): readonly string[] {
  if (evidence.mayBelongToOldLife(handoff.issue, call.completedAt)) return REFUSALS_OF_OLD_LIFE;
  const codes: string[] = [];
  if (handoff.issue.completedAt > call.invokedAt || mayBeRemovedBy(evidence, handoff, call)) {
    codes.push('token_unknown');
  }
  if (evidence.latest(call.completedAt) >= handoff.expiresAtMs + RETRY_MS) codes.push('token_expired');
  return codes;
}

const REFUSALS_OF_OLD_LIFE = ['token_unknown', 'token_expired', 'token_revoked'];

// Maintenance takes nothing that could still be redeemed or retried, to the archive or for good.
function mayBeRemovedBy(evidence: Evidence, handoff: Handoff, call: Presentation): boolean {
  const row = evidence.rows?.get(handoff.tokenHash);
  const mayBeGone = row === undefined ? evidence.mayBeRemoved(handoff) : row.isArchived;
  if (!mayBeGone) return false;
  const isOver = evidence.latest(call.completedAt) >= handoff.expiresAtMs + RETRY_MS;
  return isOver || evidence.mayBeRevoked(handoff, call.completedAt);
}

/** Wrong proofs come before the state of the token. */
function wrongProof(evidence: Evidence, handoff: Handoff, call: Presentation): readonly string[] | undefined {
  if (call.request.targetApp !== handoff.issue.request.targetApp) return ['target_mismatch'];
  return evidence.isRight(handoff, call) ? undefined : ['verifier_mismatch'];
}

function ofState(evidence: Evidence, handoff: Handoff, call: Presentation): readonly string[] {
  const codes: string[] = [];
  if (evidence.mayBeRevoked(handoff, call.completedAt)) codes.push('token_revoked');
  if (isAboutRedeemed(call) && !isKnownToBeUsed(evidence, handoff, call)) codes.push('token_unknown');
  if (!isAboutRedeemed(call) && mayBeUsed(evidence, handoff, call)) codes.push('token_used');
  const isRetry = !isAboutRedeemed(call) && answeredBefore(handoff, call) !== undefined;
  const endMs = handoff.expiresAtMs + (isRetry ? RETRY_MS : 0);
  if (evidence.latest(call.completedAt) >= endMs) codes.push('token_expired');
  return codes;
}

function isKnownToBeUsed(evidence: Evidence, handoff: Handoff, call: Presentation): boolean {
  return handoff.redeems.some(
    (other) => isOk(other) && isBefore(other, call) && evidence.isRight(handoff, other),
  );
}

/** By another id, at a time that the answer of that one does not rule out. */
function mayBeUsed(evidence: Evidence, handoff: Handoff, call: Presentation): boolean {
  const usedAtMs = handoff.redeems
    .filter((other) => redemptionIdOf(other) === evidence.winner(handoff))
    .map((other) => personOf(other)?.usedAtMs)
    .find((told) => typeof told === 'number');
  if (usedAtMs != null && evidence.latest(call.completedAt) < usedAtMs) return false;
  return evidence.rivals(handoff, call).length > 0;
}

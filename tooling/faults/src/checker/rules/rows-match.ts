import type { FinalRow, Operation } from '../../history/history.js';
import { isCall, isOk, personOf, redemptionIdOf, sameId } from '../calls.js';
import type { Evidence } from '../evidence.js';
import type { Calls, Handoff } from '../handoff.js';
import type { Finding, Rule } from '../violation.js';
import { revokesOf } from './revoke-holds.js';

export const rowsMatch: Rule = {
  name: 'rows-match',
  because:
    'Guarantee 4: what was acknowledged is durable, so that the rows say at the end what the answers said.',
  *find(evidence) {
    const { history, rows, handoffs, strangers } = evidence;
    if (history.rows === undefined || rows === undefined) return;
    for (const handoff of handoffs) {
      const row = rows.get(handoff.tokenHash);
      yield* row === undefined ? findMissing(evidence, handoff) : findMismatch(evidence, handoff, row);
    }
    const known = new Map(strangers.map((calls) => [calls.tokenHash, calls]));
    const issued = new Set(handoffs.map(({ tokenHash }) => tokenHash));
    for (const row of history.rows) {
      yield* findImpossible(history.rows, row);
      if (!issued.has(row.tokenHash)) yield* findOfStranger(evidence, row, known.get(row.tokenHash));
    }
  },
};

function* findMissing(evidence: Evidence, handoff: Handoff): Iterable<Finding> {
  const { tokenHash, issue } = handoff;
  if (evidence.mayBeRemoved(handoff) || evidence.mayBeLost(issue)) return;
  yield { says: 'The row of an acknowledged issue is not there.', tokenHash, operations: [issue] };
}

/** Whatever was done: no row can be like that. */
function* findImpossible(rows: readonly FinalRow[], row: FinalRow): Iterable<Finding> {
  const { tokenHash } = row;
  const alike = rows.filter((other) => other.tokenHash === tokenHash);
  if (alike.length > 1 && alike[0] === row) {
    yield { says: 'A token has two rows.', tokenHash, operations: [] };
  }
  if ((row.usedAtMs === null) !== (row.redemptionId === null)) {
    yield { says: 'A row has one of used_at and redemption_id alone.', tokenHash, operations: [] };
  }
  if (row.usedAtMs !== null && row.usedAtMs >= row.expiresAtMs) {
    yield { says: 'A row was used after it had expired.', tokenHash, operations: [] };
  }
}

/** An issue leaves such a row where its reply was lost: then nobody knows the token. */
function* findOfStranger(evidence: Evidence, row: FinalRow, calls: Calls | undefined): Iterable<Finding> {
  const { tokenHash } = row;
  const isAskedFor = evidence.history.operations.some(
    (call) => isCall(call, 'issue') && call.request.userId === row.userId,
  );
  if (!isAskedFor) yield { says: 'A row is there that nobody asked for.', tokenHash, operations: [] };
  if (
    row.usedAtMs !== null &&
    calls?.redeems.some((call) => sameId(redemptionIdOf(call), row.redemptionId)) !== true
  ) {
    yield { says: 'A row was used by an id that nobody asked with.', tokenHash, operations: [] };
  }
}

function* findMismatch(evidence: Evidence, handoff: Handoff, row: FinalRow): Iterable<Finding> {
  const { tokenHash, issue } = handoff;
  if (row.userId !== issue.request.userId || row.expiresAtMs !== handoff.expiresAtMs) {
    yield { says: 'A row names another person or expiry than its issue.', tokenHash, operations: [issue] };
  }
  if (row.usedAtMs !== null) yield* findUnasked(evidence, handoff, row);
  yield* findForgotten(evidence, handoff, row);
  if (row.isRevoked && !evidence.mayBeRevoked(handoff, Infinity)) {
    yield { says: 'A row is revoked that nobody revoked.', tokenHash, operations: [issue] };
  }
}

function* findUnasked(evidence: Evidence, handoff: Handoff, row: FinalRow): Iterable<Finding> {
  const { tokenHash, issue, redeems } = handoff;
  const asked = redeems.filter((call) => sameId(redemptionIdOf(call), row.redemptionId));
  // What a wrong proof has used up is another rule's.
  const isPossible = asked.some(
    (call) => !evidence.isRight(handoff, call) || evidence.mayHaveUsed(handoff, call),
  );
  if (!isPossible) {
    const operations = [issue, ...asked];
    yield {
      says: 'A row was used by an id that nobody asked with, or that was refused.',
      tokenHash,
      operations,
    };
    return;
  }
  const first = Math.floor(Math.min(...asked.map(({ invokedAt }) => evidence.earliest(invokedAt))));
  if (row.usedAtMs === null || row.usedAtMs >= first) return;
  yield { says: 'A row was used before anybody asked.', tokenHash, operations: [issue, ...asked] };
}

/** A new life may have lost what was done in the old one. */
function* findForgotten(evidence: Evidence, handoff: Handoff, row: FinalRow): Iterable<Finding> {
  const { tokenHash, issue } = handoff;
  const answered = handoff.redeems.filter((call) => isOk(call) && !evidence.mayBeLost(call));
  const [first] = answered;
  if (first !== undefined && !answered.some((call) => isAsAnswered(row, call))) {
    yield { says: 'A row does not say how it was redeemed.', tokenHash, operations: [issue, first] };
  }
  const revoke = revokesOf(evidence, handoff).find(
    (call) => !evidence.mayBeLost(call) && !mayHaveMissed(evidence, row, call),
  );
  if (revoke !== undefined && !row.isRevoked) {
    yield {
      says: 'A row is not revoked though that was acknowledged.',
      tokenHash,
      operations: [issue, revoke],
    };
  }
}

/** Only what has expired is archived, and there nobody revokes it any more: it cannot be redeemed either. */
function mayHaveMissed(evidence: Evidence, row: FinalRow, revoke: Operation): boolean {
  return row.isArchived && evidence.latest(revoke.completedAt) >= row.expiresAtMs;
}

function isAsAnswered(row: FinalRow, call: Handoff['redeems'][number]): boolean {
  const usedAtMs = personOf(call)?.usedAtMs ?? row.usedAtMs;
  return sameId(redemptionIdOf(call), row.redemptionId) && usedAtMs === row.usedAtMs;
}

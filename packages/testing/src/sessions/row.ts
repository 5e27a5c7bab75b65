import { createHash } from 'node:crypto';
import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode, CrossAppSessionData } from '@cross-app/protocol';

const RETRY_MS = 60_000;

/** A cross-app session, as the table would have it. */
export interface Row {
  readonly tokenHash: string;
  readonly session: CrossAppSessionData;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly codeChallenge: string | null;
  redemptionId: string | null;
  isRevoked: boolean;
}

/** Who asks for a row, with which proofs. */
export interface Attempt {
  readonly targetApp: string;
  readonly codeChallenge: string | null;
  readonly redemptionId: string | null;
  readonly nowMs: number;
}

/**
 * Why this attempt cannot redeem this row, or undefined if it can. Wrong proofs come before the state of the token:
 * whoever has not the right ones learns nothing of it.
 */
export function reasonToRefuse(row: Row, attempt: Attempt): CrossAppErrorCode | undefined {
  if (row.session.targetApp !== attempt.targetApp) return 'target_mismatch';
  if (row.codeChallenge !== attempt.codeChallenge) return 'verifier_mismatch';
  if (row.isRevoked) return 'token_revoked';
  if (row.redemptionId === null) return attempt.nowMs < row.expiresAtMs ? undefined : 'token_expired';
  if (row.redemptionId !== attempt.redemptionId) return 'token_used';
  return attempt.nowMs < row.expiresAtMs + RETRY_MS ? undefined : 'token_expired';
}

/** For the app that has redeemed it, and shown its proofs then. */
export function reasonNotRedeemed(row: Row, attempt: Attempt): CrossAppErrorCode | undefined {
  if (row.session.targetApp !== attempt.targetApp) return 'target_mismatch';
  if (row.isRevoked) return 'token_revoked';
  if (row.redemptionId === null) return 'token_unknown';
  return attempt.nowMs < row.expiresAtMs ? undefined : 'token_expired';
}

/** The refusal, whose cause says why while its message does not. */
export function refuse(reason: CrossAppErrorCode): CrossAppError {
  return new CrossAppError(reason, { cause: { reason } });
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** RFC 7636, section 4.2. */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');
}

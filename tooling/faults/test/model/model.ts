// What becomes of a token, as plain as it can be said: no SQL, no batches, nothing that can be lost.

export interface ModelToken {
  readonly userId: string;
  /** The verifier whose challenge it was bound to. */
  readonly codeVerifier: string | null;
  readonly expiresAtMs: number;
  redemptionId: string | null;
  isRevoked: boolean;
}

/** Who shows what. */
export interface Proofs {
  readonly targetApp: string;
  readonly codeVerifier: string | null;
}

export type Verdict =
  'ok' | 'target_mismatch' | 'verifier_mismatch' | 'token_revoked' | 'token_used' | 'token_expired';

export const TARGET_APP = 'hi-events';
const RETRY_MS = 60_000;

/** Design, guarantees 1 to 6: what an app is told that shows a token at this moment. It changes nothing. */
export function judge(
  token: ModelToken,
  { targetApp, codeVerifier }: Proofs,
  { nowMs, redemptionId }: { readonly nowMs: number; readonly redemptionId: string | null },
): Verdict {
  if (targetApp !== TARGET_APP) return 'target_mismatch';
  if (codeVerifier !== token.codeVerifier) return 'verifier_mismatch';
  if (token.isRevoked) return 'token_revoked';
  if (token.redemptionId === null) return nowMs < token.expiresAtMs ? 'ok' : 'token_expired';
  if (token.redemptionId !== redemptionId) return 'token_used';
  return nowMs < token.expiresAtMs + RETRY_MS ? 'ok' : 'token_expired';
}

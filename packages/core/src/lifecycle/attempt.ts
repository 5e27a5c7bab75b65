/** Who asks, with which proofs, as both `redeem` and `inspect` see it. */
export interface Attempt {
  readonly verb: 'redeem' | 'inspect';
  readonly targetApp: string;
  readonly codeChallenge: string | null;
  readonly redemptionId: string | null;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  /** They are those of a target app's server. */
  readonly isServer: boolean;
}

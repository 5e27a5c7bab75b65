import type { ValuesOfOne } from '../database.js';
import type { RowKey } from '../token-hash.js';

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

/** An attempt on the row of a token. */
export interface Presented {
  readonly key: RowKey;
  readonly attempt: Attempt;
}

/** `$1` to `$7` of a statement about one attempt, and in one about several a list of each, as {@link PRESENTED} has them. */
export function valuesOf({ key: [tokenHash, expiresAtSeconds], attempt }: Presented): ValuesOfOne {
  const { targetApp, codeChallenge, redemptionId, userAgent, ipAddress } = attempt;
  return [tokenHash, expiresAtSeconds, targetApp, codeChallenge, redemptionId, userAgent, ipAddress];
}

/**
 * A query of WITH: several attempts as rows of `presented`, whose `n` says which one it is, from 1 on.
 *
 * Each list is a query of its own, so that the planner does not see how long it is. Where it does, a plan for two seems
 * cheaper than one for any number, and PostgreSQL makes a new one each time, which takes longer than to run it.
 */
export const PRESENTED = `presented AS MATERIALIZED (
  SELECT * FROM unnest(
    (SELECT $1::text[]), (SELECT $2::float8[]), (SELECT $3::text[]), (SELECT $4::text[]),
    (SELECT $5::uuid[]), (SELECT $6::text[]), (SELECT $7::inet[])
  ) WITH ORDINALITY AS presented (
    token_hash, expires_at_seconds, target_app, code_challenge, redemption_id, user_agent, ip_address, n
  )
)`;

/** Where {@link PRESENTED} has the key. */
export const PRESENTED_KEY = {
  tokenHash: 'presented.token_hash',
  expiresAt: 'to_timestamp(presented.expires_at_seconds)',
};

import { isCodeVerifier, isRedemptionId, readValidateSessionReply } from '@cross-app/protocol';
import type { RedeemRequest, Redemption, ValidateSessionRequest } from '@cross-app/protocol';
import { requireToken, TOKEN_REFUSALS } from './about-token.js';
import { appProof } from './app-proof.js';
import { requireOwnApp } from './arguments.js';
import type { Call } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import { jsonReply } from './reply.js';

/** What `redeem` and `inspect` are asked with. */
type Proofs = Pick<RedeemRequest, 'targetApp' | 'redemptionId' | 'codeVerifier'>;

/** A call that shows a token with its proofs, and is answered with who arrived. */
export interface RedemptionCall {
  readonly verb: 'redeem' | 'inspect';
  readonly path: string;
  readonly token: string;
  readonly proofs: Proofs;
  /** What the verb's body has besides. */
  readonly more?: Readonly<Record<string, boolean>>;
}

/** What `redeem` and `inspect` have in common: all but the path, and who draws the redemption id. */
export function redemptionCall(config: Config, call: RedemptionCall): Call<Redemption> {
  const { verb, path, token, proofs, more } = call;
  requireProofs(config, proofs);
  const prove = appProof(config, verb);
  requireToken(token);
  return {
    path,
    prove,
    body: JSON.stringify({ ...wireRequest(token, proofs), ...more }),
    refusals: TOKEN_REFUSALS,
    read: jsonReply((body) => readValidateSessionReply(body, config.appId)),
  };
}

function wireRequest(token: string, { redemptionId, codeVerifier }: Proofs): ValidateSessionRequest {
  return {
    session_token: token,
    ...(redemptionId === undefined ? {} : { redemption_id: redemptionId }),
    ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
  };
}

function requireProofs(config: Config, { targetApp, redemptionId, codeVerifier }: Proofs): void {
  requireOwnApp(config, targetApp);
  if (redemptionId !== undefined && !isRedemptionId(redemptionId)) {
    throw invalidArgument('redemptionId must be a UUID');
  }
  if (codeVerifier !== undefined && !isCodeVerifier(codeVerifier)) {
    throw invalidArgument('codeVerifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~');
  }
}

import { ISSUER_PATHS } from '@cross-app/protocol';
import type { RedeemRequest, Redemption } from '@cross-app/protocol';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import type { Config } from './options.js';
import { redemptionCall } from './redemption.js';

/** Binds `redeem` to a configuration. */
export function bindRedeem(
  config: Config,
): (token: string, request: RedeemRequest, options?: CallOptions) => Promise<Redemption> {
  return async (token, request, options = {}) => {
    // The id is drawn once for all tries: the issuer takes them for one redemption, however many arrive.
    const { targetApp, codeVerifier, redemptionId = crypto.randomUUID() } = request;
    const proofs = { targetApp, codeVerifier, redemptionId };
    const path = ISSUER_PATHS.validateSession;
    return call(config, redemptionCall(config, { verb: 'redeem', path, token, proofs }), options);
  };
}

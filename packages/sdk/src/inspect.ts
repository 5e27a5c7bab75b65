import { ISSUER_PATHS } from '@cross-app/protocol';
import type { InspectRequest, Redemption } from '@cross-app/protocol';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import { redemptionCall } from './redemption.js';

/** Binds `inspect` to a configuration. */
export function bindInspect(
  config: Config,
): (token: string, request: InspectRequest, options?: CallOptions) => Promise<Redemption> {
  return async (token, request, options = {}) => {
    const { redeemed } = request;
    if (redeemed !== undefined && typeof redeemed !== 'boolean') {
      throw invalidArgument('redeemed must be true or false');
    }
    // No redemption id is drawn here: a new one asks what somebody else would get, and so does none.
    const verb = redemptionCall(config, {
      verb: 'inspect',
      path: ISSUER_PATHS.inspectSession,
      token,
      proofs: request,
      ...(redeemed === undefined ? {} : { more: { redeemed } }),
    });
    return call(config, verb, options);
  };
}

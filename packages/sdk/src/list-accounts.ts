import { ISSUER_PATHS, readUserAccountsReply, SESSION_TOKEN_HEADER } from '@cross-app/protocol';
import type { WireAccount } from '@cross-app/protocol';
import { requireToken, TOKEN_REFUSALS } from './about-token.js';
import { appProof } from './app-proof.js';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import type { Config } from './options.js';
import { jsonReply } from './reply.js';

/** Binds `listAccounts` to a configuration. */
export function bindListAccounts(
  config: Config,
): (token: string, options?: CallOptions) => Promise<readonly WireAccount[]> {
  return async (token, options = {}) => {
    const proveApp = appProof(config, 'listAccounts');
    requireToken(token);

    const verb = {
      path: ISSUER_PATHS.userAccounts,
      // In a header, for a URL is written into logs.
      prove: async () => ({ ...(await proveApp()), [SESSION_TOKEN_HEADER]: token }),
      refusals: TOKEN_REFUSALS,
      read: jsonReply(readUserAccountsReply),
    };
    return call(config, verb, options);
  };
}

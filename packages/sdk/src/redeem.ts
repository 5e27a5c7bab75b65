import {
  CrossAppError,
  ISSUER_PATHS,
  isCodeVerifier,
  isRedemptionId,
  parseToken,
  readValidateSessionReply,
  SHARED_SECRET_HEADER,
} from '@cross-app/protocol';
import type { RedeemRequest, Redemption, ValidateSessionRequest } from '@cross-app/protocol';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import type { Refusals } from './refusal.js';

const REFUSALS: Refusals = {
  400: ['invalid_argument', 'token_malformed', 'token_missing'],
  401: ['client_unauthenticated'],
  403: ['account_forbidden'],
  404: ['invalid_token'],
};

/** Binds `redeem` to a configuration. */
export function bindRedeem(
  config: Config,
): (token: string, request: RedeemRequest, options?: CallOptions) => Promise<Redemption> {
  return async (token, request, options = {}) => {
    requireArguments(config, request);
    const headers = { [SHARED_SECRET_HEADER]: requireSecret(config) };
    if (parseToken(token) === undefined) throw new CrossAppError('token_malformed');

    const verb = {
      path: ISSUER_PATHS.validateSession,
      prove: () => Promise.resolve(headers),
      body: JSON.stringify(wireRequest(token, request)),
      refusals: REFUSALS,
      read: (body: unknown) => readValidateSessionReply(body, config.appId),
    };
    return call(config, verb, options);
  };
}

// The id is drawn once for all tries: the issuer takes them for one redemption, however many arrive.
function wireRequest(token: string, request: RedeemRequest): ValidateSessionRequest {
  const { redemptionId = crypto.randomUUID(), codeVerifier } = request;
  return {
    session_token: token,
    redemption_id: redemptionId,
    ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
  };
}

function requireArguments({ appId }: Config, request: RedeemRequest): void {
  const { targetApp, redemptionId, codeVerifier } = request;
  if (targetApp !== appId) throw invalidArgument('targetApp must be the appId that the client was made for');
  if (redemptionId !== undefined && !isRedemptionId(redemptionId)) {
    throw invalidArgument('redemptionId must be a UUID');
  }
  if (codeVerifier !== undefined && !isCodeVerifier(codeVerifier)) {
    throw invalidArgument('codeVerifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~');
  }
}

function requireSecret({ secret }: Config): string {
  if (secret !== undefined) return secret;
  throw new CrossAppError('client_unauthenticated', {
    cause: new TypeError('createCrossAppClient was given no secret, and redeem needs it'),
  });
}

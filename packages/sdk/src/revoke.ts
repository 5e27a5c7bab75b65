import { ISSUER_PATHS, parseToken } from '@cross-app/protocol';
import type { RevokeScope, RevokeSessionRequest } from '@cross-app/protocol';
import { appProof } from './app-proof.js';
import { refuseUnknownKeys, requireOwnApp } from './arguments.js';
import { call } from './call.js';
import type { Call, CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import type { Candidates } from './refusal.js';
import { readNothing } from './reply.js';
import { userProof } from './user-proof.js';

const BAD_REQUEST: Candidates = ['invalid_argument', 'token_malformed', 'token_missing'];

/** Binds `revoke` to a configuration. */
export function bindRevoke(
  config: Config,
): (token: string, scope?: RevokeScope, options?: CallOptions) => Promise<void> {
  return async (token, scope = {}, options = {}) => {
    requireScope(config, scope);
    // RFC 7009, section 2.2: who revokes what was never a token has what they want.
    if (parseToken(token) === undefined) return;

    const body: RevokeSessionRequest = { session_token: token };
    const verb = {
      path: ISSUER_PATHS.revokeSession,
      ...proofOf(config),
      body: JSON.stringify(body),
      // Nothing but the 204 says that it is done: a page with status 200 is somebody else's.
      read: readNothing,
    };
    await call(config, verb, options);
  };
}

function proofOf(config: Config): Pick<Call<void>, 'prove' | 'refusals'> {
  if (config.secret !== undefined) {
    return {
      prove: appProof(config, 'revoke'),
      refusals: { 400: BAD_REQUEST, 401: ['client_unauthenticated'] },
    };
  }
  return {
    prove: userProof(config, 'revoke'),
    refusals: { 400: BAD_REQUEST, 401: ['user_unauthenticated', 'client_unauthenticated'] },
  };
}

// The issuer takes the scope from the proof: the tokens for this app, or those of this person. What it is not
// told must not be given, or more would be revoked than was asked for.
function requireScope(config: Config, scope: RevokeScope): void {
  refuseUnknownKeys('revoke', scope, ['userId', 'targetApp']);
  if (scope.userId !== undefined) throw invalidArgument('revoke-session has no place for userId');
  if (scope.targetApp === undefined) return;
  requireOwnApp(config, scope.targetApp);
  if (config.secret === undefined) {
    throw invalidArgument('revoke-session has no place for targetApp when the person proves themselves');
  }
}

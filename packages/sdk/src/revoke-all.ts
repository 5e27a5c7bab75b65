import { ISSUER_PATHS, isAppId, readRevokeSessionsReply } from '@cross-app/protocol';
import type { RevokeFilter, RevokeSessionsRequest } from '@cross-app/protocol';
import { appProof } from './app-proof.js';
import { readId, refuseUnknownKeys, requireOwnApp } from './arguments.js';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import type { Refusals } from './refusal.js';
import { jsonReply } from './reply.js';

const KEYS = ['userId', 'accountId', 'sourceApp', 'targetApp', 'issuedBefore', 'all'];
const REFUSALS: Refusals = { 400: ['invalid_argument'], 401: ['client_unauthenticated'] };

/** Binds `revokeAll` to a configuration. */
export function bindRevokeAll(
  config: Config,
): (filter: RevokeFilter, options?: CallOptions) => Promise<number> {
  return async (filter, options = {}) => {
    const verb = {
      path: ISSUER_PATHS.revokeSessions,
      body: JSON.stringify(wireRequest(config, filter)),
      prove: appProof(config, 'revokeAll'),
      refusals: REFUSALS,
      read: jsonReply(readRevokeSessionsReply),
    };
    return call(config, verb, options);
  };
}

function wireRequest(config: Config, filter: RevokeFilter): RevokeSessionsRequest {
  refuseUnknownKeys('revokeAll', filter, KEYS);
  const { targetApp, all } = filter;
  if (targetApp !== undefined) requireOwnApp(config, targetApp);
  const terms = wireTerms(filter);
  if (Object.keys(terms).length > 0) return terms;
  // The secret says which app it is. Without any other term, naming it too means all that are for it.
  if (all === true || targetApp !== undefined) return { all: true };
  throw invalidArgument('revokeAll needs something to go by, or { all: true } for every session');
}

function wireTerms({ userId, accountId, sourceApp, issuedBefore }: RevokeFilter): RevokeSessionsRequest {
  return {
    ...(userId === undefined ? {} : { user_id: String(readId('userId', userId)) }),
    ...(accountId === undefined ? {} : { account_id: String(readId('accountId', accountId)) }),
    ...(sourceApp === undefined ? {} : { source_app: readAppId(sourceApp) }),
    ...(issuedBefore === undefined ? {} : { issued_before: readInstant(issuedBefore) }),
  };
}

function readAppId(value: string): string {
  if (isAppId(value)) return value;
  throw invalidArgument('sourceApp must be 1 to 50 printable ASCII characters');
}

function readInstant(value: Date): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw invalidArgument('issuedBefore must be a valid Date');
}

import { ISSUER_PATHS, readValidatePermissionReply } from '@cross-app/protocol';
import type { IdInput, ValidatePermissionRequest } from '@cross-app/protocol';
import { requireToken, TOKEN_REFUSALS } from './about-token.js';
import { appProof } from './app-proof.js';
import { readId, refuseUnknownKeys } from './arguments.js';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import { jsonReply } from './reply.js';

/** What somebody wants to do. */
export interface PermissionRequest {
  /** The name of the permission: 1 to 100 characters. */
  readonly permission: string;
  /** What it is to be done to. Default nothing in particular. */
  readonly resourceId?: IdInput | null | undefined;
}

/** Binds `hasPermission` to a configuration. */
export function bindHasPermission(
  config: Config,
): (token: string, request: PermissionRequest, options?: CallOptions) => Promise<boolean> {
  return async (token, request, options = {}) => {
    const question = readQuestion(request);
    const prove = appProof(config, 'hasPermission');
    requireToken(token);

    const body: ValidatePermissionRequest = { session_token: token, ...question };
    const verb = {
      path: ISSUER_PATHS.validatePermission,
      prove,
      body: JSON.stringify(body),
      refusals: TOKEN_REFUSALS,
      read: jsonReply(readValidatePermissionReply),
    };
    return call(config, verb, options);
  };
}

function readQuestion(request: PermissionRequest): Omit<ValidatePermissionRequest, 'session_token'> {
  // A misspelt resourceId would ask about everything, and could be answered with yes.
  refuseUnknownKeys('hasPermission', request, ['permission', 'resourceId']);
  const { permission, resourceId = null } = request;
  if (typeof permission !== 'string' || permission === '' || permission.length > 100) {
    throw invalidArgument('permission must be a name of 1 to 100 characters');
  }
  return { permission, ...(resourceId === null ? {} : { resource_id: readId('resourceId', resourceId) }) };
}

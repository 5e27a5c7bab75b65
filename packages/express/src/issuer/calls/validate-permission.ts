import type { ServerResponse } from 'node:http';
import type { ValidatePermissionReply } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import { hashToken } from '../../token-hash.js';
import { identifyApp } from '../apps/credentials.js';
import { limitOf } from '../limits/app-limits.js';
import type { Issuer } from '../options.js';
import { readPermission, readResourceId, readSessionToken } from '../wire/fields.js';
import { readJson } from './read-json.js';

/** `POST /validate-permission`: whether the user of a token that the calling app has redeemed may do that. */
export async function validatePermission(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<ValidatePermissionReply> {
  requireMethod(req, 'POST');
  const targetApp = identifyApp(issuer.credentials, req);
  const body = await readJson(req, res);
  const token = readSessionToken(body);
  // Counted by its hash: a store of limits never holds a token.
  await limitOf(issuer, targetApp, 'permission')(req, res, hashToken(token));
  const asked = { permission: readPermission(body), resourceId: readResourceId(body) };

  const { user, account } = await issuer.options.sessions.inspect(token, { targetApp, redeemed: true });
  const allowed: unknown = await issuer.options.hasPermission?.({ user, account, ...asked });
  // A query builder, a row or a count is truthy too.
  return { has_permission: allowed === true };
}

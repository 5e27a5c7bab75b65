import type { ServerResponse } from 'node:http';
import type { RevokeScope } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import { hasAppCredential } from '../apps/credentials.js';
import type { Issuer } from '../options.js';
import { readSessionToken } from '../wire/fields.js';
import { admitApp } from './admit-app.js';
import { readJson } from './read-json.js';
import { identifyUser } from './sign-in.js';

/**
 * `POST /revoke-session`: makes a token of the calling app or of the signed-in user unusable. The reply is
 * the same whether there was one (RFC 7009, section 2.2), so it tells nobody which tokens exist.
 */
export async function revokeSession(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<null> {
  requireMethod(req, 'POST');
  const scope = await identifyScope(issuer, req, res);
  const token = readSessionToken(await readJson(req, res));
  await issuer.options.sessions.revoke(token, scope);
  return null;
}

async function identifyScope(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<RevokeScope> {
  // A wrong secret is refused, and not tried as a sign-in: the two say different things about who calls.
  if (hasAppCredential(req)) return { targetApp: await admitApp(issuer, req, res) };
  const { id } = await identifyUser(issuer, req);
  // No app id holds a blank, so that no user counts as an app.
  await issuer.limits.validate(req, res, `user ${String(id)}`);
  return { userId: id };
}

import type { ServerResponse } from 'node:http';
import type { RevokeSessionsReply } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';
import { readRevokeFilter } from '../wire/fields.js';
import { admitApp } from './admit-app.js';
import { readJson } from './read-json.js';

/** `POST /revoke-sessions`: makes all tokens for the calling app unusable that match everything given. */
export async function revokeSessions(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<RevokeSessionsReply> {
  requireMethod(req, 'POST');
  const targetApp = await admitApp(issuer, req, res);
  const filter = readRevokeFilter(await readJson(req, res));
  const revoked = await issuer.options.sessions.revokeAll({ ...filter, targetApp });
  return { revoked };
}

import type { ServerResponse } from 'node:http';
import type { UserAccountsReply } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import { identifyApp } from '../apps/credentials.js';
import { limitOf } from '../limits/app-limits.js';
import type { Issuer } from '../options.js';
import { tokenKey } from './endpoint.js';
import { listAccounts } from './listed-accounts.js';
import { readSentToken } from './sent-token.js';

/** `GET /user-accounts`: what the user of a token that the calling app has redeemed may choose from. */
export async function userAccounts(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<UserAccountsReply> {
  requireMethod(req, 'GET');
  const targetApp = identifyApp(issuer.credentials, req);
  const token = readSentToken(req);
  await limitOf(issuer, targetApp, 'accounts')(req, res, tokenKey(token));

  const { user } = await issuer.options.sessions.inspect(token, { targetApp, redeemed: true });
  return { accounts: await listAccounts(issuer, user) };
}

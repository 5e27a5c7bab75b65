import type { ServerResponse } from 'node:http';
import type { UserAccountsReply } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import { hashToken } from '../../token-hash.js';
import { identifyApp } from '../apps/credentials.js';
import { limitOf } from '../limits/app-limits.js';
import type { Issuer } from '../options.js';
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
  // Counted by its hash: a store of limits never holds a token.
  await limitOf(issuer, targetApp, 'accounts')(req, res, hashToken(token));

  const { user } = await issuer.options.sessions.inspect(token, { targetApp, redeemed: true });
  return { accounts: await listAccounts(issuer, user) };
}

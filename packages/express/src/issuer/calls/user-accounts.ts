import type { ServerResponse } from 'node:http';
import type { UserAccountsReply, WireAccount } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import { identifyApp } from '../apps/credentials.js';
import { limitOf } from '../limits/app-limits.js';
import type { Issuer, ListedAccount } from '../options.js';
import { tokenKey } from './endpoint.js';
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
  const accounts: unknown = await issuer.options.listAccounts?.(user);
  if (!Array.isArray(accounts)) throw new TypeError('listAccounts must give a list of accounts');
  return { accounts: accounts.map(toWireAccount) };
}

// Three fields and no more: a host may give whole rows, and the rest of them is nobody's business.
function toWireAccount({ id, name, slug = null }: ListedAccount): WireAccount {
  const isId = typeof id === 'string' || typeof id === 'bigint' || Number.isSafeInteger(id);
  if (!isId || typeof name !== 'string' || (slug !== null && typeof slug !== 'string')) {
    throw new TypeError('listAccounts must give accounts as { id, name, slug }');
  }
  return { id: String(id), name, slug };
}

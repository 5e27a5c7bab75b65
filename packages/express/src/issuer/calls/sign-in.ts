import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer, IssuerUser } from '../options.js';

/** The user who is signed in at the source app. Throws `user_unauthenticated` when nobody is. */
export async function identifyUser({ options }: Issuer, req: CrossAppRequest): Promise<IssuerUser> {
  const user = await options.authenticate(req);
  if (user === null || user === undefined) throw new CrossAppError('user_unauthenticated');
  if (!['string', 'number', 'bigint'].includes(typeof user.id)) {
    // The host's mistake: left alone, `issue` would blame the caller for a field that was never sent.
    throw new TypeError('authenticate must give a user with an id, or null');
  }
  return user;
}

/** Throws `account_forbidden` unless the host says that the user may act for the account, if one is named. */
export async function requireAccountAccess(
  { options }: Issuer,
  user: IssuerUser,
  accountId: string | null,
): Promise<void> {
  if (accountId === null) return;
  const allowed: unknown = await options.canUseAccount(user, accountId);
  // A query builder, a row or a count is truthy too.
  if (allowed !== true) throw new CrossAppError('account_forbidden');
}

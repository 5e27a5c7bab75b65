import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';
import { checkUser } from '../user.js';
import type { IssuerUser } from '../user.js';

/** The user who is signed in at the source app. Throws `user_unauthenticated` when nobody is. */
export async function identifyUser({ options }: Issuer, req: CrossAppRequest): Promise<IssuerUser> {
  const user = checkUser('authenticate', await options.authenticate(req));
  if (user === null) throw new CrossAppError('user_unauthenticated');
  return user;
}

/** Throws `account_forbidden` unless the host says that the user may act for the account, if one is named. */
export async function requireAccountAccess(
  { options }: Pick<Issuer, 'options'>,
  user: IssuerUser,
  accountId: string | null,
): Promise<void> {
  if (accountId === null) return;
  const allowed: unknown = await options.canUseAccount(user, accountId);
  // A query builder, a row or a count is truthy too.
  if (allowed !== true) throw new CrossAppError('account_forbidden');
}

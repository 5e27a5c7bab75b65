import type { CrossAppUser, WireAccount } from '@cross-app/protocol';
import type { IssuerSettings, ListedAccount } from '../options.js';

/** The accounts that the user may choose from, as the host lists them. */
export async function listAccounts(
  { options }: Pick<IssuerSettings, 'options'>,
  user: CrossAppUser,
): Promise<readonly WireAccount[]> {
  const accounts: unknown = await options.listAccounts?.(user);
  if (!Array.isArray(accounts)) throw new TypeError('listAccounts must give a list of accounts');
  return accounts.map(toWireAccount);
}

// Three fields and no more: a host may give whole rows, and the rest of them is nobody's business.
function toWireAccount({ id, name, slug = null }: ListedAccount): WireAccount {
  const isId = typeof id === 'string' || typeof id === 'bigint' || Number.isSafeInteger(id);
  if (!isId || typeof name !== 'string' || (slug !== null && typeof slug !== 'string')) {
    throw new TypeError('listAccounts must give accounts as { id, name, slug }');
  }
  return { id: String(id), name, slug };
}

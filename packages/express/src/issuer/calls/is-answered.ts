import { ISSUER_PATHS } from '@cross-app/protocol';
import { AUTHORIZE_PATH } from '../authorize/path.js';
import type { IssuerSettings } from '../options.js';

// Only the host knows its accounts, permissions and cookies.
const HOOKS: ReadonlyMap<string, 'listAccounts' | 'hasPermission' | 'authorize'> = new Map([
  [ISSUER_PATHS.userAccounts, 'listAccounts'],
  [ISSUER_PATHS.validatePermission, 'hasPermission'],
  [AUTHORIZE_PATH, 'authorize'],
]);

/** Whether the call at this path has the hook that it needs. Without it the path is the host's. */
export function isAnswered({ options }: Pick<IssuerSettings, 'options'>, path: string): boolean {
  const hook = HOOKS.get(path);
  return hook === undefined || options[hook] !== undefined;
}

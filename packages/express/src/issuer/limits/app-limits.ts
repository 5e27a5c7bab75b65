import type { AppLimits } from '../apps/rules.js';
import type { Issuer } from '../options.js';
import type { AppLimit, Limit } from './limit.js';

/** The limits of the calls of this app: its own where it has one, otherwise the issuer's. */
export function limitsOf(
  { limits, rules }: Issuer,
  appId: string,
): Readonly<Record<'validate' | 'accounts' | 'permission', Limit>> {
  const own: AppLimits = rules.get(appId)?.limits ?? {};
  return {
    validate: withLimit(limits.validate, own.validatePerMinute),
    accounts: withLimit(limits.accounts, own.accountsPerMinute),
    permission: withLimit(limits.permission, own.permissionPerMinute),
  };
}

function withLimit(limit: AppLimit, perMinute: number | undefined): Limit {
  return perMinute === undefined ? limit : (req, res, key) => limit(req, res, { key, perMinute });
}

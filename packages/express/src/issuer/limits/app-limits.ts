import type { Issuer } from '../options.js';
import type { Limit } from './limit.js';

/** The limit of one kind of call for this app: its own where it has one, otherwise the issuer's. */
export function limitOf(
  { limits, rules }: Issuer,
  appId: string,
  name: 'validate' | 'accounts' | 'permission',
): Limit {
  const limit = limits[name];
  const perMinute = rules.get(appId)?.limits[`${name}PerMinute`];
  return perMinute === undefined ? limit : (req, res, key) => limit(req, res, { key, perMinute });
}

import { ipKeyGenerator, MemoryStore } from 'express-rate-limit';
import type { Store } from 'express-rate-limit';
import { wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import { createLimit } from './limit.js';
import type { AppLimit, Limit } from './limit.js';

/** How often each call may be made, in calls a minute: whole numbers, 1 to 1,000,000. */
export interface IssuerLimits {
  /** `generate-session`, for each user. Default 10. */
  readonly generatePerMinute?: number;
  /** `validate-session`, `inspect-session` and the two that revoke, for each app. Default 100. */
  readonly validatePerMinute?: number;
  /** `user-accounts`, for each token. Default 50. */
  readonly accountsPerMinute?: number;
  /** `validate-permission`, for each token. Default 100. */
  readonly permissionPerMinute?: number;
  /** Wrong secrets and sign-ins, for each address; IPv6 addresses count by their /64. Default 30. */
  readonly credentialsPerMinute?: number;
  /**
   * Makes the store in which one limit counts: a new one each time, which keeps its keys apart by the name
   * (`generate`, `validate`, `accounts`, `permission`, `credentials`). Any of express-rate-limit 8. Default
   * this process's memory, so that each process of an issuer allows the whole limit. While a store fails, the
   * calls that it counts are 503 `store_unavailable`.
   *
   * `@acpr/rate-limit-postgresql` gives all processes of an issuer one count. It migrates its schema
   * `rate_limit` as soon as it is made: by a role that may create the extension `uuid-ossp`, in a database
   * that is up, or else the process ends. Calls are 503 until it is done. All keys of a limit share one
   * minute, and every call waits for the lock on one table.
   *
   * @example
   * // Without the listener, a connection that the database ends while it is idle ends the process.
   * class LimitStore extends PostgresStore {
   *   override init(options: Options): void {
   *     super.init(options);
   *     this.pool.on('error', (error: Error) => console.warn(error.message));
   *   }
   * }
   * const limits: IssuerLimits = {
   *   store: (name) => new LimitStore({ connectionString, max: 2 }, `cross-app:${name}`),
   * };
   */
  readonly store?: (name: string) => Store;
}

type Name = keyof typeof DEFAULTS;

/** A limit for each kind of call. */
export interface Limits {
  readonly generate: Limit;
  readonly validate: AppLimit;
  readonly accounts: AppLimit;
  readonly permission: AppLimit;
  /** Wrong secrets and sign-ins, for each address. */
  readonly credentials: Limit;
}

const DEFAULTS = { generate: 10, validate: 100, accounts: 50, permission: 100, credentials: 30 } as const;
const NAMES = Object.keys(DEFAULTS) as Name[];
const MAX = 1_000_000;
// What one customer is given: within it, a new address for every call costs nothing (RFC 6177).
const IPV6_PREFIX = 64;

/**
 * Checks the option and makes the limits.
 *
 * @throws TypeError that says what to write.
 */
export function resolveLimits(limits: IssuerLimits | false | undefined = {}): Limits {
  if (limits === false) return mapLimits(() => () => Promise.resolve());
  refuseUnknownKeys('crossAppIssuer: limits', limits, [...NAMES.map(optionOf), 'store']);
  requireCounts('crossAppIssuer: limits', limits, NAMES);
  const makeStore = createStoreMaker(limits.store);
  const made = mapLimits((name) => createLimit(limits[optionOf(name)] ?? DEFAULTS[name], makeStore(name)));
  return { ...made, credentials: byNetwork(made.credentials) };
}

/**
 * Checks the limits of these names; they are called `of` in messages.
 *
 * @throws TypeError that says what to write.
 */
export function checkLimits(of: string, limits: IssuerLimits, names: readonly Name[]): void {
  refuseUnknownKeys(of, limits, names.map(optionOf));
  requireCounts(of, limits, names);
}

function requireCounts(of: string, limits: IssuerLimits, names: readonly Name[]): void {
  for (const option of names.map(optionOf)) {
    const { [option]: count = 1 } = limits;
    if (Number.isInteger(count) && count >= 1 && count <= MAX) continue;
    throw wrongOption(`${of}.${option} must be a whole number, 1 to 1000000`, count);
  }
}

function optionOf(name: Name): `${Name}PerMinute` {
  return `${name}PerMinute`;
}

function mapLimits(make: (name: Name) => AppLimit): Limits {
  return {
    generate: make('generate'),
    validate: make('validate'),
    accounts: make('accounts'),
    permission: make('permission'),
    credentials: make('credentials'),
  };
}

function createStoreMaker(store: IssuerLimits['store']): (name: Name) => Store {
  if (store === undefined) return () => new MemoryStore();
  if (typeof store !== 'function') {
    throw wrongOption('crossAppIssuer: limits.store must be a function (name) => a new store', store);
  }
  const made = new Set<unknown>();
  return (name) => {
    const one: Partial<Store> | undefined = store(name);
    // In a store that two limits share, a user and an app of one name would be one key.
    if (!isStore(one) || made.has(one)) {
      throw wrongOption(
        `crossAppIssuer: limits.store(${JSON.stringify(name)}) must give a new store of express-rate-limit`,
        one,
      );
    }
    made.add(one);
    return one;
  };
}

function isStore(value: Partial<Store> | null | undefined): value is Store {
  const verbs = [value?.increment, value?.decrement, value?.resetKey];
  return verbs.every((verb) => typeof verb === 'function');
}

function byNetwork(limit: Limit): Limit {
  return async (req, res, address) => {
    await limit(req, res, ipKeyGenerator(address, IPV6_PREFIX));
  };
}

import { isAppId, isOrigin, isRedirectUri, wrongOption } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { MaintenanceRefused } from '../maintenance/refused.js';
import type { TableChoice } from '../maintenance/tables.js';
import { refuseUnknownKeys, requireWholeNumber } from '../options.js';
import { findAppTables } from './find.js';
import { makeSecret } from './secret.js';
import type { NewSecret } from './secret.js';

/** Options of {@link addApp}. */
export interface NewAppOptions extends TableChoice {
  /** Where handoffs to the app may land: https, or http on loopback, as a browser writes it. Default none. */
  readonly redirectUris?: readonly string[];
  /** Its pages that may call, as browsers send their origins. Default none. */
  readonly origins?: readonly string[];
  /** The apps that it may hand over to, where it is the source. Default every app but itself. */
  readonly targets?: readonly string[];
  /** Limits of its own in calls a minute, 1 to 1,000,000. Default the issuer's. */
  readonly limits?: AppLimits;
  /** Whether it gets a secret. False is for an app that never calls with one, such as a source app. Default true. */
  readonly withSecret?: boolean;
}

/** Limits in calls a minute. */
export interface AppLimits {
  readonly validatePerMinute?: number;
  readonly accountsPerMinute?: number;
  readonly permissionPerMinute?: number;
}

const KNOWN: readonly string[] = [
  'sessionsTable',
  'redirectUris',
  'origins',
  'targets',
  'limits',
  'withSecret',
];
const LIMITS = ['validatePerMinute', 'accountsPerMinute', 'permissionPerMinute'] as const;
const MAX_PER_MINUTE = 1_000_000;

/**
 * Registers an app, and gives its first secret: null for one without.
 *
 * @throws TypeError for an unknown option or a value that is not of its form.
 * @throws MaintenanceRefused when there is such an app already, or no table of apps.
 * @example
 * const made = await addApp(knex, 'hi-events', { redirectUris: ['https://hi.events/auth/cross-app'] });
 */
export async function addApp(
  knex: Knex,
  appId: string,
  options: NewAppOptions = {},
): Promise<NewSecret | null> {
  const { redirectUris, origins, targets, limits, withSecret } = resolveApp(appId, options);
  const tables = await findAppTables(knex, options);
  const { digest, ...made } = makeSecret();
  // One statement: there is the app with its secret, or nothing. Of two at once, one finds the other's app.
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `WITH app AS (
  INSERT INTO ${tables.apps} (id, redirect_uris, origins, targets, validate_per_minute, accounts_per_minute, permission_per_minute)
  VALUES (:appId, :redirectUris, :origins, :targets, :validate, :accounts, :permission)
  ON CONFLICT DO NOTHING RETURNING id
), secret AS (
  INSERT INTO ${tables.secrets} (app_id, id, digest)
  SELECT app.id, :secretId, :digest FROM app WHERE :withSecret::boolean
)
SELECT FROM app`,
    {
      ...{ appId, redirectUris, origins, targets, withSecret },
      validate: limits.validatePerMinute ?? null,
      accounts: limits.accountsPerMinute ?? null,
      permission: limits.permissionPerMinute ?? null,
      ...{ secretId: made.secretId, digest },
    },
  );
  if (rows.length === 0) throw new MaintenanceRefused(`There is an app ${appId} already.`);
  return withSecret ? made : null;
}

/** The options with their defaults; `targets` is null for every app but itself. */
type ResolvedApp = Required<Omit<NewAppOptions, 'sessionsTable' | 'targets'>> & {
  readonly targets: readonly string[] | null;
};

function resolveApp(appId: string, options: NewAppOptions): ResolvedApp {
  refuseUnknownKeys('addApp', options, KNOWN);
  const { redirectUris = [], origins = [], targets = [], limits = {}, withSecret = true } = options;
  requireEach('appId', [appId], APP_ID);
  requireEach('redirectUris', redirectUris, REDIRECT_URI);
  requireEach('origins', origins, ORIGIN);
  requireEach('targets', targets, APP_ID);
  refuseUnknownKeys('limits', limits, LIMITS);
  for (const name of LIMITS) requireWholeNumber(name, limits[name] ?? 1, [1, MAX_PER_MINUTE]);
  return { redirectUris, origins, targets: options.targets ?? null, limits, withSecret };
}

/** What each must be, for the machine and for whoever got it wrong. */
interface Form {
  readonly isMet: (value: unknown) => boolean;
  readonly words: string;
}

const APP_ID: Form = { isMet: isAppId, words: '1 to 50 printable ASCII characters without blanks' };
const ORIGIN: Form = {
  isMet: isOrigin,
  words: 'an origin as browsers send it, such as https://app.tuvens.com (http on loopback only)',
};
const REDIRECT_URI: Form = {
  isMet: isRedirectUri,
  words:
    'a URL as a browser writes it, such as https://hi.events/auth/cross-app: https (http on loopback only), no fragment, no wildcard',
};

function requireEach(option: string, values: readonly string[], { isMet, words }: Form): void {
  if (!Array.isArray(values)) throw wrongOption(`${option} must be a list, each ${words}`, values);
  const index = values.findIndex((value) => !isMet(value));
  if (index >= 0) throw wrongOption(`${option} must be ${words}`, values[index]);
}

import type { Knex } from 'knex';
import { Database } from '../database.js';
import { quoteName, refuseUnknownKeys, requirePostgres } from '../options.js';
import type { AppLimits } from './add.js';
import { APP_FIELDS, appTables } from './table.js';
import type { AppTables } from './table.js';

/** Options of {@link createAppRegistry}. */
export interface AppRegistryOptions {
  /** A knex on PostgreSQL. Its pool is used, one connection at a time, and never closed. */
  readonly knex: Knex;
  /** By name or schema.name, as the sessions were given it; the apps are beside it. Default `cross_app_sessions`. */
  readonly sessionsTable?: string;
}

/** Apps on a table, for the option `apps` of `crossAppIssuer`, which calls both. */
export interface DatabaseAppRegistry {
  /** All apps as they are now. Rejects with a `CrossAppError` `store_unavailable`. */
  load(): Promise<Record<string, RegisteredApp>>;
  /** Notes that a secret was used, unless that was noted within the last minute. */
  onSecretUsed(use: { readonly appId: string; readonly secretId: string }): Promise<void>;
}

/** An app as `crossAppIssuer` takes it. */
export interface RegisteredApp {
  /** Absent when all have ended, or there is none. */
  readonly secrets?: readonly { readonly id: string; readonly digest: string; readonly expiresAt?: Date }[];
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
  readonly targets?: readonly string[];
  readonly limits: AppLimits;
}

// Shorter than the issuer waits, so that its reason is the one that is reported.
const TIMEOUT_MS = 4_000;

/**
 * The apps that `cross-app app` registers, for an issuer. The role needs SELECT on `cross_app_apps` and
 * `cross_app_app_secrets`, and UPDATE of `last_used_at`.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @example
 * const apps = createAppRegistry({ knex });
 * app.use('/api/cross-app', crossAppIssuer({ sessions, apps, appId: 'tuvens', authenticate, canUseAccount }));
 */
export function createAppRegistry(options: AppRegistryOptions): DatabaseAppRegistry {
  refuseUnknownKeys('createAppRegistry', options, ['knex', 'sessionsTable']);
  const { knex, sessionsTable = 'cross_app_sessions' } = options;
  requirePostgres(knex);
  const tables = appTables(quoteName('sessionsTable', sessionsTable));
  const database = new Database(knex, { timeoutMs: TIMEOUT_MS });
  const load = loadStatement(tables);
  const note = useStatement(tables);
  return {
    load: async () => {
      const rows = await database.runAgainIfCut(load, []);
      return Object.fromEntries(rows.map(({ app }) => toEntry(JSON.parse(app ?? '') as AppRow)));
    },
    onSecretUsed: async ({ appId, secretId }) => {
      await database.run(note, [appId, secretId]);
    },
  };
}

interface AppRow {
  readonly id: string;
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
  readonly targets: readonly string[] | null;
  readonly limits: AppLimits;
  readonly secrets: readonly {
    readonly id: string;
    readonly digest: string;
    /** Milliseconds until it ends. */
    readonly ttlMs: number | null;
  }[];
}

function toEntry({ id, targets, secrets, ...app }: AppRow): [id: string, app: RegisteredApp] {
  const live = secrets.map(({ ttlMs, ...secret }) =>
    // The issuer judges by this machine's clock, which may be wrong: it is told how long is left by the database's.
    ttlMs === null ? secret : { ...secret, expiresAt: new Date(Date.now() + ttlMs) },
  );
  return [
    id,
    { ...app, ...(targets === null ? {} : { targets }), ...(live.length === 0 ? {} : { secrets: live }) },
  ];
}

function loadStatement({ apps, secrets }: AppTables): string {
  return `
SELECT json_build_object(${APP_FIELDS},
  'secrets', (
    SELECT coalesce(json_agg(json_build_object(
      'id', s.id, 'digest', s.digest, 'ttlMs', (extract(epoch FROM s.expires_at - now()) * 1000)::bigint
    )), '[]')
    FROM ${secrets} s WHERE s.app_id = a.id AND (s.expires_at > now()) IS NOT FALSE
  )
) AS app
FROM ${apps} a`;
}

// Many processes of an issuer report the same use: the first one within a minute writes.
function useStatement({ secrets }: AppTables): string {
  return `
UPDATE ${secrets} SET last_used_at = now()
WHERE app_id = $1 AND id = $2 AND (last_used_at > now() - interval '1 minute') IS NOT TRUE`;
}

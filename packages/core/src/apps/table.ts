import type { Knex } from 'knex';
import { isOnlyRecord } from '../schema-record.js';
import { besideTable } from '../table-name.js';

/** The tables of apps. Names are quoted. */
export interface AppTables {
  readonly apps: string;
  readonly secrets: string;
}

/** In SQL: what is known of the app `a` beside its secrets, as arguments of json_build_object. */
export const APP_FIELDS = `
  'id', a.id, 'redirectUris', a.redirect_uris, 'origins', a.origins, 'targets', a.targets,
  'limits', json_strip_nulls(json_build_object('validatePerMinute', a.validate_per_minute,
    'accountsPerMinute', a.accounts_per_minute, 'permissionPerMinute', a.permission_per_minute))`;

/** Beside `"auth"."handoffs"`: one pair for all the tables of handoffs in a schema. */
export function appTables(quotedSessions: string): AppTables {
  return {
    apps: besideTable(quotedSessions, '"cross_app_apps"'),
    secrets: besideTable(quotedSessions, '"cross_app_app_secrets"'),
  };
}

/**
 * Makes `cross_app_apps` and `cross_app_app_secrets`, unless another table of handoffs in the schema has. A secret is
 * there as its SHA-256: it is 256 random bits, so that nobody finds it by guessing, and the slow hash that a password
 * needs would only slow down every call.
 */
export async function createAppTables(knex: Knex, sessions: string): Promise<void> {
  const { apps, secrets } = appTables(sessions);
  await knex.raw(`
CREATE TABLE IF NOT EXISTS ${apps} (
  id varchar(50) PRIMARY KEY CONSTRAINT chk_cross_app_apps_id CHECK (id ~ '^[!-~]+$'),
  redirect_uris text[] NOT NULL DEFAULT '{}',
  origins text[] NOT NULL DEFAULT '{}',
  targets text[],
  validate_per_minute integer
    CONSTRAINT chk_cross_app_apps_validate_per_minute CHECK (validate_per_minute BETWEEN 1 AND 1000000),
  accounts_per_minute integer
    CONSTRAINT chk_cross_app_apps_accounts_per_minute CHECK (accounts_per_minute BETWEEN 1 AND 1000000),
  permission_per_minute integer
    CONSTRAINT chk_cross_app_apps_permission_per_minute CHECK (permission_per_minute BETWEEN 1 AND 1000000),
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS ${secrets} (
  app_id varchar(50) NOT NULL
    CONSTRAINT fk_cross_app_app_secrets_app_id REFERENCES ${apps} (id) ON DELETE CASCADE,
  id varchar(50) NOT NULL CONSTRAINT chk_cross_app_app_secrets_id CHECK (id ~ '^[!-~]+$'),
  digest text NOT NULL
    CONSTRAINT uq_cross_app_app_secrets_digest UNIQUE
    CONSTRAINT chk_cross_app_app_secrets_digest CHECK (digest ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (app_id, id)
);`);
}

/** Drops them with every app, unless another table of handoffs in the schema goes on using them. */
export async function dropAppTables(knex: Knex, sessions: string): Promise<void> {
  if (!(await isOnlyRecord(knex, sessions))) return;
  const { apps, secrets } = appTables(sessions);
  await knex.raw(`DROP TABLE IF EXISTS ${secrets}; DROP TABLE IF EXISTS ${apps};`);
}

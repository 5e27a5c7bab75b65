import type { Knex } from 'knex';
import { iso } from '../maintenance/iso.js';
import type { TableChoice } from '../maintenance/tables.js';
import { refuseUnknownKeys } from '../options.js';
import type { AppLimits } from './add.js';
import { findAppTables } from './find.js';
import { APP_FIELDS } from './table.js';

/** An app as it is registered. */
export interface ListedApp {
  readonly id: string;
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
  /** Null for every app but itself. */
  readonly targets: readonly string[] | null;
  /** Its own ones only. */
  readonly limits: AppLimits;
  readonly createdAt: Date;
  /** Oldest first. */
  readonly secrets: readonly ListedSecret[];
}

/** What may be known of a secret. */
export interface ListedSecret {
  readonly id: string;
  readonly createdAt: Date;
  /** Null for one that does not end. */
  readonly expiresAt: Date | null;
  readonly isExpired: boolean;
  /** To the minute or two; null for one that was never used. */
  readonly lastUsedAt: Date | null;
}

type Row = Omit<ListedApp, 'createdAt' | 'secrets'> & {
  readonly createdAt: string;
  readonly secrets: readonly {
    readonly [Name in keyof ListedSecret]: ListedSecret[Name] extends Date | null
      ? string | null
      : ListedSecret[Name];
  }[];
};

/**
 * All registered apps by their ids, with when each secret was last used. No secret and no hash of one.
 *
 * @throws TypeError for an unknown option.
 * @throws MaintenanceRefused when there is no table of apps.
 * @example
 * const unused = (await listApps(knex)).filter(({ secrets }) => secrets.every((one) => one.lastUsedAt === null));
 */
export async function listApps(knex: Knex, choice: TableChoice = {}): Promise<ListedApp[]> {
  refuseUnknownKeys('listApps', choice, ['sessionsTable']);
  const { apps, secrets } = await findAppTables(knex, choice);
  const { rows } = await knex.raw<{ rows: { app: Row }[] }>(
    `SELECT json_build_object(${APP_FIELDS},
  'createdAt', ${iso('a.created_at', 'MS')},
  'secrets', (
    SELECT coalesce(json_agg(json_build_object(
      'id', s.id, 'createdAt', ${iso('s.created_at', 'MS')}, 'expiresAt', ${iso('s.expires_at', 'MS')},
      'isExpired', coalesce(s.expires_at <= now(), false), 'lastUsedAt', ${iso('s.last_used_at', 'MS')}
    ) ORDER BY s.created_at, s.id), '[]')
    FROM ${secrets} s WHERE s.app_id = a.id
  )
) AS app
FROM ${apps} a ORDER BY a.id`,
  );
  return rows.map(({ app }) => toApp(app));
}

function toApp({ createdAt, secrets, ...app }: Row): ListedApp {
  return {
    ...app,
    createdAt: new Date(createdAt),
    secrets: secrets.map((secret) => ({
      ...secret,
      createdAt: new Date(secret.createdAt ?? NaN),
      expiresAt: toDate(secret.expiresAt),
      lastUsedAt: toDate(secret.lastUsedAt),
    })),
  };
}

function toDate(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant);
}

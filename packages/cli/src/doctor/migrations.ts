import { createMigrationSource, MIGRATIONS_TABLE, migrationStatus } from '@cross-app/core';
import type { MigrationStatus } from '@cross-app/core';
import type { Knex } from 'knex';
import { ask } from './ask.js';
import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';

const name = 'migrations';

/** Whether the tables are of the version that this code is. */
export async function checkMigrations(knex: Knex): Promise<Check> {
  const status = await migrationStatus(knex);
  if (status.history !== null) return judgeHistory(status);
  const hidden = await ask<{ table: string; grant: string }>(knex, HIDDEN, [[MIGRATIONS_TABLE, SETTINGS]]);
  return hidden.length === 0
    ? judgeWithoutHistory(status)
    : warn(
        name,
        `this role may not read ${hidden.map(({ table }) => table).join(' and ')}, so nothing can be said of the tables`,
        `Run it with the role that owns them, or as the owner: ${hidden.map(({ grant }) => grant).join(' ')}`,
      );
}

const SETTINGS = 'cross_app_settings';

// What a role may not read looks to it as if it were not there.
const HIDDEN = `
SELECT relname AS "table",
       format('GRANT USAGE ON SCHEMA %1$s TO %2$I; GRANT SELECT ON %1$s.%3$I TO %2$I;',
              relnamespace::regnamespace, current_user, relname) AS grant
FROM pg_class
WHERE relname = ANY (?) AND relkind = 'r'
  AND NOT (has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT'))
ORDER BY 1`;

function judgeWithoutHistory({ schemas }: MigrationStatus): Check {
  return schemas.length > 0
    ? ok(name, "the tables were made by a migration of the app's own")
    : fail(
        name,
        'no migration of ours has run in this database',
        'Run cross-app migrate, or knex migrate:latest where a knexfile names our migrations. If it has run, DATABASE_URL leads to another database.',
      );
}

async function judgeHistory({ history, applied, pending }: MigrationStatus): Promise<Check> {
  const run =
    history === 'cross_app_migrations' ? 'cross-app migrate' : "knex migrate:latest with the app's knexfile";
  if (pending.length > 0) {
    return fail(name, `${pending.join(', ')} has not run, and this version needs it`, `Run ${run}.`);
  }
  const known = await createMigrationSource({ withUserTables: true }).getMigrations([]);
  const unknown = applied.filter((each) => !known.some((migration) => migration.name === each));
  return unknown.length > 0
    ? warn(
        name,
        `${unknown.join(', ')} has run, which this version does not have`,
        'Update @cross-app/cli and @cross-app/core to the version of the app that ran it.',
      )
    : ok(name, `all ${applied.length} have run, by ${history ?? ''}`);
}

import type { MaintainedTables, SchemaRecord } from '@cross-app/core';
import type { Knex } from 'knex';
import { ask } from './ask.js';
import { fail, ok } from './check.js';
import type { Check } from './check.js';

/** Compares the tables with what was recorded when they were made. */
export async function checkTables(
  knex: Knex,
  { sessions, archive, users, accounts, record }: MaintainedTables,
): Promise<Check> {
  const name = 'tables';
  const [found] = await ask<FoundTables>(knex, FOUND_TABLES, { sessions, archive, users, accounts });
  const differences = found === undefined ? [`${record.sessions} is gone`] : [...compare(found, record)];
  if (differences.length === 0) {
    const layout = record.partitionInterval === null ? 'plain' : `partitioned by ${record.partitionInterval}`;
    return ok(name, `${record.sessions}, ${layout}, is as it was recorded`);
  }
  return fail(
    name,
    `${differences.join('; ')}, other than recorded in cross_app_settings`,
    'Something else changed them: give the tables back what is missing, or correct the row of cross_app_settings.',
  );
}

interface FoundTables {
  readonly isPartitioned: boolean;
  readonly userIdType: string | null;
  readonly accountIdType: string | null;
  /** Whether it is there, and null where the host has none. */
  readonly hasUsers: boolean;
  readonly hasAccounts: boolean | null;
  readonly hasUserKey: boolean;
  readonly hasAccountKey: boolean;
  readonly hasUniqueHash: boolean;
  readonly hasArchive: boolean;
  /** Columns that the archive lacks or has with another type. */
  readonly notArchived: readonly string[];
}

const typeOf = (column: string): string =>
  `(SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = s.oid AND attname = '${column}' AND NOT attisdropped)`;

const hasKey = (column: string, table: string): string =>
  `EXISTS (SELECT FROM pg_constraint
           JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) AND attname = '${column}'
           WHERE conrelid = s.oid AND contype = 'f' AND confrelid = to_regclass(${table}))`;

const FOUND_TABLES = `
SELECT s.relkind = 'p' AS "isPartitioned",
       ${typeOf('user_id')} AS "userIdType",
       ${typeOf('account_id')} AS "accountIdType",
       to_regclass(:users) IS NOT NULL AS "hasUsers",
       CASE WHEN :accounts::text IS NOT NULL THEN to_regclass(:accounts) IS NOT NULL END AS "hasAccounts",
       ${hasKey('user_id', ':users')} AS "hasUserKey",
       ${hasKey('account_id', ':accounts')} AS "hasAccountKey",
       EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
               WHERE indrelid = s.oid AND indisunique AND indisvalid AND indpred IS NULL
                 AND attname = 'token_hash') AS "hasUniqueHash",
       to_regclass(:archive) IS NOT NULL AS "hasArchive",
       ARRAY(SELECT attname::text FROM pg_attribute a WHERE attrelid = s.oid AND attnum > 0 AND NOT attisdropped
             AND NOT EXISTS (SELECT FROM pg_attribute b
                             WHERE b.attrelid = to_regclass(:archive) AND b.attname = a.attname
                               AND b.atttypid = a.atttypid AND NOT b.attisdropped)
             ORDER BY attnum) AS "notArchived"
FROM pg_class s WHERE s.oid = to_regclass(:sessions)`;

function* compare(found: FoundTables, record: SchemaRecord): Iterable<string> {
  const { sessions, users, accounts, userIdType, accountIdType, foreignKeys, partitionInterval } = record;
  if (found.isPartitioned !== (partitionInterval !== null)) {
    yield `${sessions} is ${found.isPartitioned ? 'partitioned' : 'plain'}`;
  }
  if (found.userIdType !== userIdType) yield `user_id is ${found.userIdType ?? 'gone'}, not ${userIdType}`;
  if (found.accountIdType !== accountIdType) {
    yield `account_id is ${found.accountIdType ?? 'gone'}, not ${accountIdType}`;
  }
  if (!found.hasUsers) yield `${users} is gone`;
  if (found.hasAccounts === false) yield `${accounts ?? ''} is gone`;
  if (foreignKeys && found.hasUsers && !found.hasUserKey) yield `there is no foreign key to ${users}`;
  if (foreignKeys && found.hasAccounts === true && !found.hasAccountKey) {
    yield `there is no foreign key to ${accounts ?? ''}`;
  }
  if (!found.hasUniqueHash) yield 'no valid unique index begins with token_hash';
  if (!found.hasArchive) yield `${sessions}_archive is gone`;
  else if (found.notArchived.length > 0) {
    yield `${sessions}_archive has not the same ${found.notArchived.join(', ')}`;
  }
}

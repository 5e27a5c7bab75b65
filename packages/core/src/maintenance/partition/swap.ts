import type { Knex } from 'knex';
import { besideTable, withoutSchema, withSuffix } from '../../table-name.js';
import { createDefaultPartition } from '../../partitions.js';
import type { PartitionInterval } from '../../schema-options.js';
import { recordPartitioning } from '../../schema-record.js';
import { GIVE_WAY } from '../../unlocked.js';
import { boundName } from './bound.js';
import type { Bound } from './bound.js';
import { adoptPartitions, copyPrivileges } from './privileges.js';
import { readPlainTable } from './plain-table.js';
import type { PlainTable } from './plain-table.js';
import { uniqueIndexes } from './unique-indexes.js';

/**
 * Puts a partitioned table in the place of the plain one, which becomes its first partition with every row where it
 * is. All in the caller's transaction. Whoever waits for the table meanwhile looks its name up again afterwards.
 */
export async function swapTables(
  trx: Knex.Transaction,
  sessions: string,
  { interval, bound }: { readonly interval: PartitionInterval; readonly bound: Bound },
): Promise<void> {
  const plain = await readPlainTable(trx, sessions);
  const future = withSuffix(sessions, '_converting');
  await trx.raw(GIVE_WAY);
  // Foreign keys wait for whoever writes users and accounts: before the sessions are locked, so that nobody signs in
  // behind that wait.
  await run(trx, prepare(sessions, future, plain));
  await trx.raw(`LOCK TABLE ${sessions} IN ACCESS EXCLUSIVE MODE`);
  await run(trx, exchange({ sessions, future, bound }, plain));
  await createDefaultPartition(trx, sessions);
  await copyPrivileges(trx, withSuffix(sessions, bound.suffix), sessions);
  await adoptPartitions(trx, sessions);
  await recordPartitioning(trx, sessions, interval);
}

/** The partitioned table, beside the other one and without its indexes, whose names are still taken. */
function prepare(sessions: string, future: string, { foreignKeys, comment }: PlainTable): string[] {
  return [
    `CREATE TABLE ${future} (LIKE ${sessions} INCLUDING ALL EXCLUDING INDEXES) PARTITION BY RANGE (expires_at)`,
    `ALTER TABLE ${future} ${[`DROP CONSTRAINT ${boundName(sessions)}`, ...foreignKeys].join(', ')}`,
    ...(comment === null ? [] : [`COMMENT ON TABLE ${future} IS ${quoteText(comment)}`]),
  ];
}

function exchange(
  { sessions, future, bound }: { sessions: string; future: string; bound: Bound },
  { owner, primaryKey, tokenHashIndex, keptIndexes, sequence }: PlainTable,
): string[] {
  const first = withSuffix(sessions, bound.suffix);
  const [pkey] = uniqueIndexes(sessions);
  return [
    `SELECT setval(pg_get_serial_sequence('${future}', 'id'), last_value, is_called) FROM ${sequence}`,
    `ALTER TABLE ${sessions} ALTER COLUMN id DROP IDENTITY, DROP CONSTRAINT ${primaryKey}`,
    `DROP INDEX ${besideTable(sessions, tokenHashIndex)}`,
    ...keptIndexes.map(({ name, partitionIndex }) => rename('INDEX', name, partitionIndex)),
    rename('TABLE', sessions, first),
    rename('TABLE', future, sessions),
    rename('SEQUENCE', withSuffix(future, '_id_seq'), sequence),
    `ALTER TABLE ${first} ADD CONSTRAINT ${withoutSchema(pkey.name)} PRIMARY KEY USING INDEX ${withoutSchema(pkey.name)}`,
    `ALTER TABLE ${sessions} ADD CONSTRAINT ${primaryKey} PRIMARY KEY (id, expires_at)`,
    `CREATE UNIQUE INDEX ${tokenHashIndex} ON ${sessions} (token_hash, expires_at)`,
    ...keptIndexes.map(({ definition }) => definition),
    `ALTER TABLE ${sessions} ATTACH PARTITION ${first} FOR VALUES FROM (MINVALUE) TO ('${bound.instant}')`,
    `ALTER TABLE ${first} DROP CONSTRAINT ${boundName(sessions)}`,
    `ALTER TABLE ${sessions} OWNER TO ${owner}`,
  ];
}

const quoteText = (text: string): string => `E'${text.replace(/[\\']/g, '\\$&')}'`;
const rename = (kind: 'INDEX' | 'SEQUENCE' | 'TABLE', from: string, to: string): string =>
  `ALTER ${kind} ${from} RENAME TO ${withoutSchema(to)}`;

// One round trip, for the sessions are locked. An index may have an operator with a question mark.
async function run(trx: Knex.Transaction, statements: readonly string[]): Promise<void> {
  await trx.raw(statements.join(';\n').replaceAll('?', '\\?'));
}

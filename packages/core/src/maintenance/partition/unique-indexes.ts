import type { Knex } from 'knex';
import { withoutSchema, withSuffix } from '../../table-name.js';
import { inTransaction } from '../batches.js';

/** A unique index that a partition needs and a plain table lacks. */
export interface UniqueIndex {
  /** Quoted, with its schema. */
  readonly name: string;
  readonly columns: string;
}

/** The two of the first partition: of its primary key, and of the tokens. */
export function uniqueIndexes(sessions: string): readonly [primaryKey: UniqueIndex, tokenHash: UniqueIndex] {
  return [
    { name: withSuffix(sessions, '_before_pkey'), columns: 'id, expires_at' },
    { name: withSuffix(sessions, '_before_token_hash'), columns: 'token_hash, expires_at' },
  ];
}

/** Whether the index is there, and whole: one that was interrupted stays behind and is never used. */
export async function findIndex(knex: Knex, { name }: UniqueIndex): Promise<'valid' | 'invalid' | 'missing'> {
  const { rows } = await knex.raw<{ rows: { isValid: boolean }[] }>(
    'SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = to_regclass(?)',
    [name],
  );
  const [index] = rows;
  if (index === undefined) return 'missing';
  return index.isValid ? 'valid' : 'invalid';
}

/** Builds the index while the table is used; begins again where a build was cut off. */
export async function buildIndex(knex: Knex, sessions: string, index: UniqueIndex): Promise<void> {
  await untilNobodyBuilds(knex, sessions);
  const found = await findIndex(knex, index);
  if (found === 'valid') return;
  if (found === 'invalid') await knex.raw(`DROP INDEX CONCURRENTLY ${index.name}`);
  await knex.raw(
    `CREATE UNIQUE INDEX CONCURRENTLY ${withoutSchema(index.name)} ON ${sessions} (${index.columns})`,
  );
}

// The server goes on for a process that was killed. Its index looks broken until it is done.
async function untilNobodyBuilds(knex: Knex, sessions: string): Promise<void> {
  await inTransaction(knex, (trx) => trx.raw(`LOCK TABLE ${sessions} IN SHARE UPDATE EXCLUSIVE MODE`));
}

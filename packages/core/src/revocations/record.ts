import { iso } from '../maintenance/iso.js';

/** What PostgreSQL calls the notifications of every table of revocations. */
export const CHANNEL = 'cross_app_revocations';

/** A revocation that a statement is to write: its columns, each with an expression, and where they are from. */
export interface RecordedRevocation {
  /** `issued_before` among them. */
  readonly columns: Readonly<Record<string, string>>;
  /** What follows the select list. */
  readonly from: string;
}

/** In SQL: the revocation in the row called `alias`, as the JSON that `readRevocationRow` reads. */
export function revocationJson(alias: string): string {
  return `json_build_object('id', ${alias}.id, 'tokenHash', ${alias}.token_hash, 'userId', ${alias}.user_id,
    'accountId', ${alias}.account_id, 'sourceApp', ${alias}.source_app, 'targetApp', ${alias}.target_app,
    'issuedBefore', ${iso(`${alias}.issued_before`, 'MS')})`;
}

/** In SQL: the table's name with its schema, by which those who listen tell two tables apart. */
export function fullNameOf(quotedTable: string): string {
  return `(SELECT relnamespace::regnamespace || '.' || quote_ident(relname) FROM pg_class
    WHERE oid = to_regclass('${quotedTable}'))`;
}

/**
 * CTEs that write the revocation and tell who listens, as the statement commits and not before. A statement that has
 * them must read `told`, which always has one row. The longest notification has half of the 8,000 bytes that
 * PostgreSQL allows.
 *
 * Numbers of microseconds are cut off: sessions are dated to the millisecond, downwards.
 */
export function recordRevocation(
  revocations: string,
  { columns, from }: RecordedRevocation,
  onConflict = '',
): string {
  return `listed AS (
  INSERT INTO ${revocations} (${Object.keys(columns).join(', ')})
  SELECT ${Object.values(columns).join(', ')}
  ${from} ${onConflict}
  RETURNING *
), told AS MATERIALIZED (
  SELECT count(pg_notify('${CHANNEL}', json_build_object(
    'table', ${fullNameOf(revocations)}, 'revocation', ${revocationJson('listed')})::text)::text) AS count
  FROM listed
)`;
}

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
 * An INSERT that writes the revocation and tells who listens, as the statement commits and not before. The notification
 * is in RETURNING: PostgreSQL runs an INSERT in a WITH to its end, also where nobody reads what it returns. The longest
 * one has half of the 8,000 bytes that PostgreSQL allows.
 */
export function recordRevocation(
  revocations: string,
  { columns, from }: RecordedRevocation,
  onConflict = '',
): string {
  return `INSERT INTO ${revocations} AS r (${Object.keys(columns).join(', ')})
  SELECT ${Object.values(columns).join(', ')}
  ${from} ${onConflict}
  RETURNING r.issued_before, pg_notify('${CHANNEL}', json_build_object(
    'table', ${fullNameOf(revocations)}, 'revocation', ${revocationJson('r')})::text)`;
}

import type { RevokeFilter } from '@cross-app/protocol';
import { invalid, readAppId, readId, readInstant } from '../arguments.js';
import type { ValuesOfOne } from '../database.js';
import type { RecordedRevocation } from '../revocations/record.js';

/** A filter in SQL, with what goes with its `$1`, `$2`, … */
export interface FilterInSql {
  /** On the row `s`. */
  readonly condition: string;
  readonly values: ValuesOfOne;
  /**
   * The revocation that ends what was made from such rows, where they are no more too. It reads the CTEs `typed`, of
   * {@link typedIds}, `rules`, and `doomed` with the created_at of the rows that are revoked.
   */
  readonly revocation: RecordedRevocation;
}

const FILTER_CONDITIONS = ['userId', 'accountId', 'sourceApp', 'targetApp', 'issuedBefore', 'all'];

/** Body of the CTE `typed`, which has no row: it only tells PostgreSQL the types of the ids. */
export function typedIds(sessions: string): string {
  return `SELECT user_id, account_id FROM ${sessions} WHERE false`;
}

// Ids are compared in their own type, for the index, and as text, for '0x10' is 16 to PostgreSQL. For the same reason
// a revocation has an id as its column would write it, and none is written for what no column writes so.
export function readFilter(filter: RevokeFilter): FilterInSql {
  refuseUnknownConditions('revokeAll', filter, FILTER_CONDITIONS);
  const { userId, accountId, sourceApp, targetApp, issuedBefore } = filter;
  const terms: string[] = [];
  const possible = ['rules.durable IS NOT NULL'];
  const values: string[] = [];
  const columns: Record<string, string> = {};
  const add = (value: string): string => `$${values.push(value)}`;
  const id = (column: string, value: string): void => {
    const [typed, asText] = [add(value), add(value)];
    terms.push(`s.${column} = ${typed} AND lower(s.${column}::text) = lower(${asText})`);
    columns[column] = `coalesce((SELECT ${column} FROM typed), ${typed})::text`;
    possible.push(`lower(${columns[column]}) = lower(${asText})`);
  };
  const app = (column: string, value: string): void => {
    columns[column] = `${add(value)}::text`;
    terms.push(`s.${column} = ${columns[column]}`);
  };
  if (userId !== undefined) id('user_id', readId('userId', userId));
  if (accountId !== undefined) id('account_id', readId('accountId', accountId));
  if (sourceApp !== undefined) app('source_app', readAppId('sourceApp', sourceApp));
  if (targetApp !== undefined) app('target_app', readAppId('targetApp', targetApp));
  columns['issued_before'] = LATEST;
  if (issuedBefore !== undefined) {
    const before = `${add(readInstant('issuedBefore', issuedBefore))}::timestamptz`;
    terms.push(`s.created_at < ${before}`);
    // The filter's instant is the first that is spared; a revocation's is the last that is not.
    columns['issued_before'] = `least(${before} - interval '1 microsecond', ${LATEST})`;
  }
  if (terms.length === 0 && filter.all !== true) {
    throw invalid('revokeAll needs something to go by, or { all: true } for every session.');
  }
  const condition = terms.length === 0 ? 'true' : terms.join(' AND ');
  const from = `FROM rules WHERE ${possible.join(' AND ')}`;
  return { condition, values, revocation: { columns, from } };
}

// What was issued since is spared, also by an instant in the future. But not what was issued between the beginning of
// the statement, which is now(), and the moment whose rows it sees.
const LATEST = 'greatest(now(), (SELECT max(created_at) FROM doomed))';

/** A misspelt condition must not become "no condition". */
export function refuseUnknownConditions(verb: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`${verb} cannot go by ${unknown}; it takes ${known.join(', ')}.`);
}

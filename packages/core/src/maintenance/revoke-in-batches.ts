import type { Knex } from 'knex';
import type { RevokeFilter } from '@cross-app/protocol';
import { isUnknownId } from '../sql-state.js';
import { readFilter, typedIds } from '../lifecycle/revoke-filter.js';
import { refuseUnknownKeys } from '../options.js';
import { recordRevocation } from '../revocations/record.js';
import type { RecordedRevocation } from '../revocations/record.js';
import { DURABLE } from '../store.js';
import { tableExists } from '../table-exists.js';
import { isSameRow } from '../token-hash.js';
import { avoid, inTransaction, readBatchSize, runBatches } from './batches.js';
import type { BatchOptions, Outcome } from './batches.js';
import { iso } from './iso.js';
import { findTables } from './tables.js';
import type { TableChoice } from './tables.js';

/** Options of {@link revokeInBatches}. */
export interface RevokeOptions extends BatchOptions, TableChoice {
  /** Only count. Default false. */
  readonly dryRun?: boolean;
}

/** What {@link revokeInBatches} did. */
export interface RevokeReport {
  /** How many; with `dryRun`, how many there are to revoke. */
  readonly revoked: number;
  /** Never `busy`: a revocation does not wait for its turn. */
  readonly outcome: Outcome;
  readonly dryRun: boolean;
}

/** Where the run has come to: rows before this one are next. */
interface Position {
  readonly expiresAt: string;
  readonly tokenHash: string;
}

interface Batch {
  readonly taken: number;
  /** The locked rows, each by its id, hash and expiry; null when there is none. */
  readonly ids: readonly string[] | null;
  readonly tokenHashes: readonly string[] | null;
  readonly instants: readonly string[] | null;
  /** Null when nothing was taken. */
  readonly expiresAt: string | null;
  readonly tokenHash: string | null;
  /** Up to when issued sessions are in the revocation that this batch has recorded; null when it has recorded none. */
  readonly recordedUntil: string | null;
}

interface Written {
  readonly rowCount: number;
}

/** Names are quoted; the condition is on the row `s`. */
interface Target {
  readonly sessions: string;
  readonly condition: string;
  readonly revocation: RecordedRevocation;
  /** The table of revocations; null where its migration has not run. */
  readonly revocations: string | null;
  readonly bindings: Readonly<Record<string, string | number | null>>;
  readonly batchSize: number;
}

const REVOKE_OPTIONS: readonly string[] = ['sessionsTable', 'batchSize', 'signal', 'onProgress', 'dryRun'];
const START: Position = { expiresAt: 'infinity', tokenHash: '' };

/**
 * As `sessions.revokeAll`, for a table with millions of them: batches instead of one transaction that holds millions
 * of locks. The ones that live longest are revoked first, so that what can still be redeemed is over at once. As
 * there, used and expired ones count too, and the sign-ins made from them end, all with the first batch. What is issued
 * while it runs may be revoked or not. Each batch is durable before the next one begins, and an interrupted run can be
 * started again. No event is raised: the listeners of a `sessions` hear of what that instance does.
 *
 * @throws CrossAppError `invalid_argument` for a filter that has no condition, or one that is not known.
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { revoked } = await revokeInBatches(knex, { sourceApp: 'tuvens', issuedBefore: new Date() });
 */
export async function revokeInBatches(
  knex: Knex,
  filter: RevokeFilter,
  options: RevokeOptions = {},
): Promise<RevokeReport> {
  refuseUnknownKeys('revokeInBatches', options, REVOKE_OPTIONS);
  const { dryRun = false, onProgress } = options;
  const batchSize = readBatchSize(options.batchSize);
  const named = namedFilter(filter);
  const { sessions, revocations: list } = await findTables(knex, options);
  const revocations = (await tableExists(knex, list)) ? list : null;
  const what: Target = { sessions, revocations, ...named, batchSize };
  try {
    if (dryRun) return { revoked: await count(knex, what), outcome: 'done', dryRun };
    // Counting reads an index from end to end: not for nobody.
    const total = onProgress === undefined ? 0 : await count(knex, what);
    const next = nextBatch(knex, what);
    const { outcome } = await runBatches(options, total, next.run);
    return { revoked: next.revoked(), outcome, dryRun };
  } catch (error) {
    // Nobody has an id that is not of the column's type.
    if (isUnknownId(error)) return { revoked: 0, outcome: 'done', dryRun };
    throw error;
  }
}

/** What `revokeAll` goes by, with knex's names instead of numbers. */
function namedFilter(filter: RevokeFilter): Pick<Target, 'condition' | 'revocation' | 'bindings'> {
  const { condition, values, revocation } = readFilter(filter);
  const named = (sql: string): string => sql.replace(/\$(\d+)/g, ':given$1');
  const columns = Object.entries(revocation.columns).map(([column, sql]) => [column, named(sql)] as const);
  return {
    condition: named(condition),
    revocation: { columns: Object.fromEntries(columns), from: named(revocation.from) },
    bindings: Object.fromEntries(values.map((value, index) => [`given${index + 1}`, value])),
  };
}

async function count(knex: Knex, { sessions, condition, bindings }: Target): Promise<number> {
  const { rows } = await knex.raw<{ rows: { revocable: string }[] }>(
    `SELECT count(*) AS revocable FROM ${sessions} s WHERE s.revoked_at IS NULL AND ${condition}`,
    bindings,
  );
  return Number(rows[0]?.revocable);
}

/** Each call of `run` revokes a batch; it says how many rows it has looked at. */
function nextBatch(knex: Knex, what: Target): { run: () => Promise<number>; revoked: () => number } {
  const lock = lockStatement(what);
  const write = writeStatement(what);
  let position = START;
  let recordedUntil = '-infinity';
  let revoked = 0;
  const run = async (): Promise<number> => {
    const values = { ...what.bindings, ...position, recordedUntil, batchSize: what.batchSize };
    const batch = await inTransaction(knex, async (trx) => {
      await trx.raw(`SELECT ${avoid('seqscan', 'hashjoin', 'mergejoin')}`);
      const { rows } = await trx.raw<{ rows: [Batch] }>(lock, values);
      const { ids, tokenHashes, instants } = rows[0];
      if (ids !== null) revoked += (await trx.raw<Written>(write, { ids, tokenHashes, instants })).rowCount;
      return rows[0];
    });
    position = {
      expiresAt: batch.expiresAt ?? position.expiresAt,
      tokenHash: batch.tokenHash ?? position.tokenHash,
    };
    recordedUntil = batch.recordedUntil ?? recordedUntil;
    return batch.taken;
  };
  return { run, revoked: () => revoked };
}

// In the order of an index that has only what is not revoked yet, so that a batch does not walk over the ones before
// it. Then locked in the order of ids, as revokeAll does, and judged again once locked. A redeem under way is waited
// for: whoever it signs in is found revoked afterwards.
//
// doomed  is all of it for revokeAll. Here the first batch records the revocation, with rows or without, and a later
//         one another only if it has come upon what was issued since.
//
// The UPDATE is a statement of its own: PostgreSQL 18.4 crashed with it in the WITH, where rows of a partitioned table
// were changed meanwhile.
function lockStatement({ sessions, revocations, condition, revocation }: Target): string {
  const isNews = `(:recordedUntil::timestamptz = '-infinity'
    OR (SELECT max(created_at) FROM doomed) > :recordedUntil::timestamptz)`;
  const news = { ...revocation, from: `${revocation.from} AND ${isNews}` };
  const listed =
    revocations === null ? 'SELECT NULL::timestamptz AS issued_before' : recordRevocation(revocations, news);
  return `
WITH rules AS MATERIALIZED (
  SELECT ${DURABLE}
), typed AS (
  ${typedIds(sessions)}
), picked AS MATERIALIZED (
  SELECT s.id, s.token_hash, s.expires_at
  FROM ${sessions} s
  WHERE s.revoked_at IS NULL AND ${condition}
    AND s.expires_at <= :expiresAt::timestamptz
    AND (s.expires_at, s.token_hash) < (:expiresAt::timestamptz, :tokenHash)
  ORDER BY s.expires_at DESC, s.token_hash DESC
  LIMIT :batchSize
), doomed AS MATERIALIZED (
  SELECT s.id, s.token_hash, s.expires_at, s.created_at
  FROM rules, picked JOIN ${sessions} s ON ${isSameRow('s', 'picked')}
  WHERE rules.durable IS NOT NULL AND s.revoked_at IS NULL
  ORDER BY s.id
  FOR UPDATE OF s
), last AS (
  SELECT expires_at, token_hash FROM picked ORDER BY expires_at, token_hash LIMIT 1
), listed AS (
  ${listed}
)
SELECT ${iso('last.expires_at')} AS "expiresAt",
       last.token_hash AS "tokenHash",
       (SELECT ${iso('max(issued_before)')} FROM listed) AS "recordedUntil",
       (SELECT count(*) FROM picked)::int AS taken,
       (SELECT array_agg(id::text ORDER BY id) FROM doomed) AS ids,
       (SELECT array_agg(token_hash::text ORDER BY id) FROM doomed) AS "tokenHashes",
       (SELECT array_agg(expires_at::text ORDER BY id) FROM doomed) AS instants
FROM (SELECT) always LEFT JOIN last ON true`;
}

// The rows are locked, and are as they were: in the same transaction.
function writeStatement({ sessions }: Target): string {
  return `
UPDATE ${sessions} t
SET revoked_at = now()
FROM unnest(:ids::bigint[], :tokenHashes::text[], :instants::timestamptz[]) AS doomed (id, token_hash, expires_at)
WHERE ${isSameRow('t', 'doomed')}`;
}

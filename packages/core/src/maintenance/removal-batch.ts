import type { Knex } from 'knex';
import { isSameRow } from '../token-hash.js';
import { tryUntilUnlocked } from '../unlocked.js';
import { avoid, hasTurn, inTransaction } from './batches.js';
import type { Job } from './batches.js';
import type { Cutoffs } from './cutoff.js';
import { iso } from './iso.js';
import { MaintenanceRefused } from './refused.js';

/** Rows that one pass takes, in the order of an indexed column, so that a batch goes on where the last one ended. */
export interface Pass {
  readonly orderedBy: 'expires_at' | 'created_at';
  /** SQL, which may use {@link Cutoffs} as `:cutoff` and `:retryEnd`. */
  readonly condition: string;
}

/** Rows that leave a table, for another one or for good. Names are quoted. */
export interface Removal {
  readonly job: Job;
  /** Whose turn it is goes by this table. */
  readonly sessions: string;
  readonly from: string;
  /** Null deletes for good. */
  readonly into: { readonly table: string; readonly columns: readonly string[] } | null;
  readonly cutoffs: Cutoffs;
  readonly batchSize: number;
}

/** What a batch did. */
export interface Batch {
  readonly rows: number;
  /** Where the next one begins; null when this one found nothing. */
  readonly last: string | null;
}

interface BatchReply extends Batch {
  /** Rows that are in neither table, because another row of the archive has their id. */
  readonly homeless: number;
}

// The indexes have the order, and the keys of what was picked.
const INDEXES_ONLY = avoid('seqscan', 'bitmapscan', 'sort', 'hashjoin', 'mergejoin');

/**
 * Takes the next rows of a pass, in a transaction of its own. A row that somebody holds is left for the next run.
 *
 * @returns null when another runner has the turn.
 * @throws MaintenanceRefused when a row cannot be moved without losing it.
 */
export async function takeBatch(
  knex: Knex,
  removal: Removal,
  from: { readonly pass: Pass; readonly start: string },
): Promise<Batch | null> {
  const { job, sessions, into, cutoffs, batchSize } = removal;
  const take = async (trx: Knex.Transaction): Promise<Batch | null> => {
    const turn = await trx.raw<{ rows: [{ isOurs: boolean }] }>(
      `SELECT ${hasTurn(job, sessions)} AS "isOurs", ${INDEXES_ONLY}`,
    );
    if (!turn.rows[0].isOurs) return null;
    const bindings = { ...cutoffs, start: from.start, batchSize };
    const { rows } = await trx.raw<{ rows: [BatchReply] }>(batchStatement(removal, from.pass), bindings);
    const [{ homeless, ...batch }] = rows;
    if (homeless === 0) return batch;
    throw new MaintenanceRefused(
      `${homeless} rows of ${removal.from} have the id of another row of ${into?.table ?? ''}, so they stay where they are: give them ids of their own, or purge the archive.`,
    );
  };
  return tryUntilUnlocked(() => inTransaction(knex, take));
}

// A row is in exactly one of the two tables at every moment, whatever is killed: it leaves and arrives in one statement.
//
// picked  locks rows that nobody holds, so it never waits, and nobody can wait for it in a circle.
// taken   finds them by key, which names their partition. What it returns is the row as it was when locked.
// kept    leaves a row that is in the archive already, after a restore, as it is there: that is the later story.
function batchStatement({ from, into }: Removal, { orderedBy, condition }: Pass): string {
  const picked = `picked AS MATERIALIZED (
  SELECT id, token_hash, expires_at, ${orderedBy} AS position FROM ${from}
  WHERE ${orderedBy} >= :start::timestamptz AND ${condition}
  ORDER BY ${orderedBy} LIMIT :batchSize
  FOR UPDATE SKIP LOCKED
)`;
  const last = `(SELECT ${iso('max(position)')} FROM picked) AS last`;
  const taken = `taken AS (
  DELETE FROM ${from} t USING picked
  WHERE ${isSameRow('t', 'picked')}
  RETURNING ${(into?.columns ?? ['id']).map((column) => `t.${column}`).join(', ')}
)`;
  const takenRows = '(SELECT count(*)::int FROM taken)';
  if (into === null) return `WITH ${picked}, ${taken} SELECT ${takenRows} AS rows, 0 AS homeless, ${last}`;

  const columns = into.columns.join(', ');
  const keptRows = '(SELECT count(*)::int FROM kept)';
  // Sees the archive as it was before the INSERT.
  const newRows = `(SELECT count(*)::int FROM taken WHERE NOT EXISTS (
         SELECT FROM ${into.table} archived
         WHERE archived.token_hash = taken.token_hash AND archived.expires_at = taken.expires_at
       ))`;
  return `WITH ${picked}, ${taken}, kept AS (
  INSERT INTO ${into.table} (${columns}) SELECT ${columns} FROM taken
  ON CONFLICT DO NOTHING
  RETURNING id
)
SELECT ${takenRows} AS rows,
       CASE WHEN ${keptRows} < ${takenRows} THEN ${newRows} - ${keptRows} ELSE 0 END AS homeless,
       ${last}`;
}

import type { Knex } from 'knex';
import type { MaintainedTables } from '../tables.js';
import { quote } from './copy-text.js';
import type { BackupColumn, Place } from './format.js';
import { settleIds, STAGE } from './stage.js';

/** What is restored into what. */
export interface Restoration {
  readonly tables: MaintainedTables;
  /** Columns that both have. */
  readonly columns: readonly BackupColumn[];
  readonly dryRun: boolean;
}

/** What has been done with the rows of a backup, or would be. */
export interface RestoreCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly revoked: number;
  readonly removed: number;
  readonly leftOut: number;
}

/** True in SQL for the rows of two tables that are of one token. */
export function isSameToken(one: string, other: string): string {
  return `${one}.token_hash = ${other}.token_hash AND ${one}.expires_at = ${other}.expires_at`;
}

/** True in SQL for a row `b` whose token is in neither table. */
export function isAbsent({ sessions, archive }: MaintainedTables): string {
  return `NOT EXISTS (SELECT FROM ${sessions} t WHERE ${isSameToken('t', 'b')})
    AND NOT EXISTS (SELECT FROM ${archive} t WHERE ${isSameToken('t', 'b')})`;
}

/** What only a redeem writes: these columns go together. */
export const OF_REDEMPTION: readonly string[] = [
  'used_at',
  'redemption_id',
  'retried_at',
  'redeemed_user_agent',
  'redeemed_ip',
];

/** Assignments: those of the table's row `t` where it is used, else those of the backup's row `b`. */
export const KEEP_REDEMPTION: string = OF_REDEMPTION.map(
  (name) => `${name} = CASE WHEN t.used_at IS NULL THEN b.${name} ELSE t.${name} END`,
).join(', ');

// No token comes back to life. `b` is the backup's row, `t` the table's: what is used or revoked in either of
// them stays so, by the table's values where it has some, and who is neither is revoked.
const REVOKE_WHAT_IS_NEITHER = `CASE
    WHEN t.used_at IS NULL AND b.used_at IS NULL AND t.revoked_at IS NULL AND b.revoked_at IS NULL THEN now()
    ELSE least(t.revoked_at, b.revoked_at)
  END`;
const CHANGES = `((t.used_at IS NULL AND b.used_at IS NOT NULL)
    OR t.revoked_at IS DISTINCT FROM ${REVOKE_WHAT_IS_NEITHER}
    OR t.replays < b.replays)`;
const NEWLY_REVOKED = 'count(*) FILTER (WHERE revoked_at = now())';

/** Adds what is missing and brings the rest up to date, while sign-ins go on. Rows that only the tables have stay. */
export async function merge(trx: Knex.Transaction, restoration: Restoration): Promise<RestoreCounts> {
  const { tables, dryRun } = restoration;
  const leftOut = await countLeftOut(trx, tables);
  if (!dryRun) await settleIds(trx, tables, [tables.sessions, tables.archive]);
  let counts = { inserted: 0, updated: 0, revoked: 0 };
  for (const place of ['sessions', 'archive'] as const) {
    const inserted = await (dryRun ? countInserts : insert)(trx, restoration, place);
    const updated = await (dryRun ? countUpdates : update)(trx, restoration, place);
    counts = {
      inserted: counts.inserted + inserted.rows,
      updated: counts.updated + updated.rows,
      revoked: counts.revoked + inserted.revoked + updated.revoked,
    };
  }
  return { ...counts, removed: 0, leftOut };
}

interface Changed {
  readonly rows: number;
  readonly revoked: number;
}

function insert(trx: Knex.Transaction, restoration: Restoration, place: Place): Promise<Changed> {
  const names = restoration.columns.map(({ name }) => name);
  const revokedAt =
    'CASE WHEN b.used_at IS NULL AND b.revoked_at IS NULL THEN now() ELSE b.revoked_at END AS revoked_at';
  // A backup may be of a version that had no such column: then the stage has its default.
  const values = withRevokedAt(names).map((name) => (name === 'revoked_at' ? revokedAt : `b.${quote(name)}`));
  return count(
    trx,
    `WITH added AS (
       INSERT INTO ${restoration.tables[place]} (${withRevokedAt(names).map(quote).join(', ')})
       SELECT ${values.join(', ')} ${missingRows(restoration.tables, place)} ORDER BY b.id
       RETURNING revoked_at
     ) SELECT count(*) AS rows, ${NEWLY_REVOKED} AS revoked FROM added`,
  );
}

function countInserts(trx: Knex.Transaction, { tables }: Restoration, place: Place): Promise<Changed> {
  return count(
    trx,
    `SELECT count(*) AS rows, count(*) FILTER (WHERE b.used_at IS NULL AND b.revoked_at IS NULL) AS revoked
     ${missingRows(tables, place)}`,
  );
}

// Rows are locked in the order of their ids, as revokeAll does, so that these never wait for each other in a
// circle. A redeem under way is waited for, and PostgreSQL looks again at the row as it is then.
function update(trx: Knex.Transaction, { tables }: Restoration, place: Place): Promise<Changed> {
  const table = tables[place];
  return count(
    trx,
    `WITH locked AS MATERIALIZED (
       SELECT t.id, t.token_hash, t.expires_at
       FROM ${table} t JOIN ${STAGE} b ON ${isSameToken('t', 'b')}
       WHERE ${CHANGES}
       ORDER BY t.id
       FOR UPDATE OF t
     ), changed AS (
       UPDATE ${table} t
       SET ${KEEP_REDEMPTION}, replays = greatest(t.replays, b.replays), revoked_at = ${REVOKE_WHAT_IS_NEITHER}
       FROM locked JOIN ${STAGE} b ON ${isSameToken('locked', 'b')}
       WHERE ${isSameToken('t', 'locked')} AND t.id = locked.id
       RETURNING t.revoked_at
     ) SELECT count(*) AS rows, ${NEWLY_REVOKED} AS revoked FROM changed`,
  );
}

function countUpdates(trx: Knex.Transaction, { tables }: Restoration, place: Place): Promise<Changed> {
  return count(
    trx,
    `SELECT count(*) AS rows, ${NEWLY_REVOKED} AS revoked
     FROM (SELECT ${REVOKE_WHAT_IS_NEITHER} AS revoked_at
           FROM ${tables[place]} t JOIN ${STAGE} b ON ${isSameToken('t', 'b')} WHERE ${CHANGES}) changed`,
  );
}

function missingRows(tables: MaintainedTables, place: Place): string {
  return `FROM ${STAGE} b
    WHERE b.restore_place = '${place}' AND NOT b.restore_left_out AND ${isAbsent(tables)}`;
}

async function countLeftOut(trx: Knex.Transaction, tables: MaintainedTables): Promise<number> {
  const { rows } = await count(
    trx,
    `SELECT count(*) AS rows, 0 AS revoked FROM ${STAGE} b WHERE b.restore_left_out AND ${isAbsent(tables)}`,
  );
  return rows;
}

/** The columns to write: `revoked_at` is one of them in any case. */
export function withRevokedAt(names: readonly string[]): string[] {
  return [...names.filter((name) => name !== 'revoked_at'), 'revoked_at'];
}

/** Runs a statement that gives one row of numbers. */
export async function count<Name extends string = 'rows' | 'revoked'>(
  trx: Knex.Transaction,
  statement: string,
): Promise<Record<Name, number>> {
  const { rows } = await trx.raw<{ rows: Record<Name, string>[] }>(statement);
  const entries = Object.entries<string>(rows[0] ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, Number(value)])) as Record<Name, number>;
}

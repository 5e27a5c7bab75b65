import type { Knex } from 'knex';
import { withSuffix } from './table-name.js';
import type { PartitionInterval } from './schema-options.js';

/**
 * How full, in percent, PostgreSQL makes a page of the table. A redeem then finds room for its row, which it makes about 90
 * bytes longer, on the same page, and touches no index (a HOT update). With 80 a fifth of them, and of gathered ones more,
 * had to leave the page: old versions of one statement are there until it commits.
 */
export const FILLFACTOR = 60;

/** What the first migration makes it, and a later one changes. */
export const FIRST_FILLFACTOR = 80;

/** A partition, or one that is to be made. The bounds are PostgreSQL's spelling of an instant. */
export interface PartitionRange {
  /** What is added to the name of the table, as `_2026_12`. */
  readonly suffix: string;
  readonly from: string;
  readonly to: string;
}

/** How many intervals after the current one have a partition, unless somebody asks for more or fewer. */
export const PARTITIONS_AHEAD: Readonly<Record<PartitionInterval, number>> = { month: 3, day: 14 };

const FORMAT: Readonly<Record<PartitionInterval, string>> = { month: '_YYYY_MM', day: '_YYYY_MM_DD' };

/** Takes what belongs into no other partition, so that nothing is ever refused. */
export async function createDefaultPartition(knex: Knex, sessions: string): Promise<void> {
  const name = withSuffix(sessions, '_default');
  await createPartitionTable(knex, sessions, name);
  await knex.raw(`ALTER TABLE ${sessions} ATTACH PARTITION ${name} DEFAULT`);
}

/** Makes the partition of now and those to come, where they are missing. All in the caller's transaction. */
export async function createComingPartitions(
  knex: Knex,
  sessions: string,
  { interval, ahead = PARTITIONS_AHEAD[interval] }: { interval: PartitionInterval; ahead?: number },
): Promise<string[]> {
  const missing = await findMissingPartitions(knex, sessions, { interval, ahead });
  for (const range of missing) await createPartition(knex, sessions, range);
  return missing.map(({ suffix }) => withSuffix(sessions, suffix));
}

/** The partition of now and those to come, as far as none is there that overlaps them. */
export async function findMissingPartitions(
  knex: Knex,
  sessions: string,
  { interval, ahead }: { interval: PartitionInterval; ahead: number },
): Promise<PartitionRange[]> {
  const { rows } = await knex.raw<{ rows: PartitionRange[] }>(
    `WITH existing AS (${PARTITION_BOUNDS}), wanted AS (
       SELECT day AS lower, day + ?::interval AS upper
       FROM generate_series(0, ?::int) AS number,
            date_trunc(?, now() AT TIME ZONE 'UTC') AS this,
            LATERAL (SELECT this + number * ?::interval AS day) AS days
     )
     SELECT to_char(lower, ?) AS suffix,
            to_char(lower, 'YYYY-MM-DD HH24:MI:SS+00') AS from,
            to_char(upper, 'YYYY-MM-DD HH24:MI:SS+00') AS to
     FROM wanted
     WHERE NOT EXISTS (
       SELECT FROM existing
       WHERE existing.lower < wanted.upper AT TIME ZONE 'UTC' AND existing.upper > wanted.lower AT TIME ZONE 'UTC'
     )
     ORDER BY lower`,
    [sessions, `1 ${interval}`, ahead, interval, `1 ${interval}`, FORMAT[interval]],
  );
  return rows;
}

/**
 * Makes one partition. Only attaching it needs the other ones, for a moment: the default partition is read
 * through, which has rows only where partitions were missing, and those that belong into this one move over.
 */
export async function createPartition(
  knex: Knex,
  sessions: string,
  { suffix, from, to }: PartitionRange,
): Promise<void> {
  const name = withSuffix(sessions, suffix);
  await createPartitionTable(knex, sessions, name);
  await moveOutOfDefault(knex, sessions, { name, from, to });
  await knex.raw(`ALTER TABLE ${sessions} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
}

/** Of the table or, where it is one of partitions, of each of them. Nobody who issues or redeems waits for it. */
export async function setFillfactor(knex: Knex, sessions: string, percent: number): Promise<void> {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relkind = 'r' AND (oid = :sessions::regclass OR oid IN (SELECT relid FROM pg_partition_tree(:sessions)))
     ORDER BY oid`,
    { sessions },
  );
  for (const { name } of rows) await knex.raw(`ALTER TABLE ${name} SET (fillfactor = ${percent})`);
}

// Since PostgreSQL 17 the partition gets the identity of its table, and must not bring one of its own.
async function createPartitionTable(knex: Knex, sessions: string, name: string): Promise<void> {
  await knex.raw(
    `CREATE TABLE ${name} (LIKE ${sessions} INCLUDING ALL EXCLUDING IDENTITY) WITH (fillfactor = ${FILLFACTOR})`,
  );
}

async function moveOutOfDefault(
  knex: Knex,
  sessions: string,
  { name, from, to }: { name: string; from: string; to: string },
): Promise<void> {
  const inRange = 'expires_at >= ?::timestamptz AND expires_at < ?::timestamptz';
  const { rows } = await knex.raw<{ rows: unknown[] }>(`SELECT FROM ${sessions} WHERE ${inRange} LIMIT 1`, [
    from,
    to,
  ]);
  if (rows.length === 0) return;
  // A redeem that meets a row on its way would not find it in either table: it waits for the lock instead.
  const otherwise = withSuffix(sessions, '_default');
  await knex.raw(`LOCK TABLE ${otherwise} IN ACCESS EXCLUSIVE MODE`);
  await knex.raw(
    `WITH moved AS (DELETE FROM ${otherwise} WHERE ${inRange} RETURNING *) INSERT INTO ${name} SELECT * FROM moved`,
    [from, to],
  );
}

/**
 * The partitions of the table `?` with their bounds, the default one left out. Bounds are printed in the
 * session's time zone, and read again in the same.
 */
export const PARTITION_BOUNDS = `
SELECT child.oid, namespace.nspname AS schema, child.relname AS name,
       coalesce((regexp_match(bound.text, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz, '-infinity') AS lower,
       coalesce((regexp_match(bound.text, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz, 'infinity') AS upper
FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid
JOIN pg_namespace namespace ON namespace.oid = child.relnamespace
CROSS JOIN LATERAL (SELECT pg_get_expr(child.relpartbound, child.oid) AS text) bound
WHERE inhparent = ?::regclass AND bound.text <> 'DEFAULT'`;

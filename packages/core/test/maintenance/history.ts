import type { Knex } from 'knex';
import { createPartition } from '../../src/partitions.js';
import type { PartitionRange } from '../../src/partitions.js';

/** Rows that were created 60 to 31 days ago: every second one used, every tenth one revoked, all long over. */
export async function insertHistory(knex: Knex, rows: number, table = 'cross_app_sessions'): Promise<void> {
  await knex.raw(
    `INSERT INTO ?? (token_hash, user_id, created_at, expires_at, used_at, redemption_id, revoked_at, payload, replays)
     SELECT encode(sha256((random()::text || n)::bytea), 'hex'), 11, created_at, created_at + interval '15 minutes',
            CASE WHEN n % 2 = 0 THEN created_at + interval '4 seconds' END,
            CASE WHEN n % 2 = 0 THEN gen_random_uuid() END,
            CASE WHEN n % 10 = 0 THEN created_at + interval '1 minute' END, jsonb_build_object('n', n), n % 3
     FROM generate_series(1, ?::int) n,
          LATERAL (SELECT now() - interval '60 days' + n * (interval '29 days' / ?::int) AS created_at) t`,
    [table, rows, rows],
  );
}

/** How long ago a row's instants are, in seconds by the database's clock; below zero for what is still to come. */
export interface Ages {
  readonly created?: number;
  readonly expired: number;
  readonly revoked?: number;
}

/** One row of those ages; returns its id. */
export async function insertAged(knex: Knex, { created, expired, revoked }: Ages): Promise<string> {
  const { rows } = await knex.raw<{ rows: [{ id: string }] }>(
    `INSERT INTO cross_app_sessions (token_hash, user_id, created_at, expires_at, revoked_at)
     SELECT encode(sha256(random()::text::bytea), 'hex'), 11,
            now() - make_interval(secs => ?), now() - make_interval(secs => ?),
            now() - make_interval(secs => ?::float8)
     RETURNING id`,
    [created ?? expired + 900, expired, revoked ?? null],
  );
  return rows[0].id;
}

/** The ids in both tables, each in order. */
export async function storedIds(knex: Knex): Promise<{ sessions: string[]; archive: string[] }> {
  const ids = async (table: string): Promise<string[]> => {
    const rows = await knex<{ id: string }>(table).select('id').orderBy('id');
    return rows.map(({ id }) => id);
  };
  return { sessions: await ids('cross_app_sessions'), archive: await ids('cross_app_sessions_archive') };
}

/** Whole rows of a table, in the order of their ids. */
export async function storedRows(knex: Knex, table: string): Promise<object[]> {
  const { rows } = await knex.raw<{ rows: { row: object }[] }>(
    'SELECT to_jsonb(t) AS row FROM ?? t ORDER BY id',
    [table],
  );
  return rows.map(({ row }) => row);
}

export async function clear(knex: Knex): Promise<void> {
  await knex.raw('TRUNCATE cross_app_sessions, cross_app_sessions_archive');
}

/** One for last month, so that {@link insertHistory} is in this one and in the default partition. */
export async function createPastPartition(knex: Knex): Promise<void> {
  const { rows } = await knex.raw<{ rows: [PartitionRange] }>(
    `SELECT to_char(month, '_YYYY_MM') AS suffix, month || '+00' AS from, month + interval '1 month' || '+00' AS to
     FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month' AS month) last`,
  );
  await knex.transaction((trx) => createPartition(trx, '"public"."cross_app_sessions"', rows[0]));
}

import type { Knex } from 'knex';

/** A partition `old_2` for each day of the table's past, such as the day before yesterday, with so many rows. */
export async function insertOldPartitions(
  knex: Knex,
  rowsByDay: Readonly<Record<number, number>>,
): Promise<void> {
  await knex.raw("INSERT INTO users (id, email) VALUES (11, 'ada@example.com') ON CONFLICT DO NOTHING");
  for (const [day, count] of Object.entries(rowsByDay)) {
    await knex.raw(
      `DO $$ BEGIN EXECUTE format('CREATE TABLE old_${day} PARTITION OF cross_app_sessions FOR VALUES FROM (%L) TO (%L)',
         date_trunc('hour', now()) - ${day} * interval '1 day', date_trunc('hour', now()) - ${Number(day) - 1} * interval '1 day'); END $$`,
    );
    await insertEnded(knex, count, `${Number(day) - 1} days 12 hours`);
  }
}

/** So many rows whose tokens ended that long ago, every second one used. */
export async function insertEnded(knex: Knex, count: number, ago: string): Promise<void> {
  await knex.raw("INSERT INTO users (id, email) VALUES (11, 'ada@example.com') ON CONFLICT DO NOTHING");
  await knex.raw(
    `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at, created_at, used_at)
     SELECT encode(sha256((random()::text || number)::bytea), 'hex'), 11, instant, instant - interval '15 minutes',
            CASE WHEN number % 2 = 0 THEN instant - interval '1 minute' END
     FROM generate_series(1, ?::int) number, (SELECT now() - ?::interval AS instant) instants`,
    [count, ago],
  );
}

/** Names of the partitions. */
export async function partitions(knex: Knex): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = to_regclass('cross_app_sessions') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

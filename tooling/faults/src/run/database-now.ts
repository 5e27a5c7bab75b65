import type { Knex } from 'knex';

/** Milliseconds since 1970 by PostgreSQL's clock. */
export async function databaseNow(knex: Knex): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ now: string }] }>(
    'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now',
  );
  return Number(rows[0].now);
}

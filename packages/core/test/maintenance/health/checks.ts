import type { Knex } from 'knex';
import { checkHealth } from '../../../src/index.js';
import type { CheckName, HealthCheck, HealthOptions, Layout } from '../../../src/index.js';

declare const LAYOUT: Layout;

export const isPartitioned = LAYOUT === 'partitioned';

/** One check of a report. */
export async function check(knex: Knex, name: CheckName, options?: HealthOptions): Promise<HealthCheck> {
  const { checks } = await checkHealth(knex, options);
  const found = checks.find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`there is no check ${name}`);
  return found;
}

/** The table that gets the rows which expire now: the sessions themselves, or this month's partition. */
export async function currentLeaf(knex: Knex): Promise<string> {
  if (!isPartitioned) return 'cross_app_sessions';
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    "SELECT to_char(now() AT TIME ZONE 'UTC', '\"cross_app_sessions_\"YYYY_MM') AS name",
  );
  return rows[0]?.name ?? '';
}

/** Sends a statement, and lets the statistics know before it returns rather than within some seconds. */
export async function counted(knex: Knex, statement: string, times = 1): Promise<void> {
  await knex.transaction(async (trx) => {
    for (let time = 0; time < times; time++) await trx.raw(statement);
    await trx.raw('SELECT pg_stat_force_next_flush()');
  });
}

/** Rows with ids from 1, that expire now. Autovacuum leaves them alone. */
export async function fill(knex: Knex, rows: number): Promise<void> {
  await knex.raw(`ALTER TABLE ${await currentLeaf(knex)} SET (autovacuum_enabled = false)`);
  await counted(
    knex,
    `INSERT INTO cross_app_sessions (id, token_hash, user_id, expires_at)
     SELECT n, encode(sha256(n::text::bytea), 'hex'), 11, now() FROM generate_series(1, ${rows}) n`,
  );
}

import type { Knex } from 'knex';

/** One user, and rows of all states in both tables, half as many in the archive. User agents are a multiple of 32 long. */
export async function fillTables(knex: Knex, rows: number, userAgentLength = 32): Promise<void> {
  await knex.raw("INSERT INTO users (id, email) VALUES (11, 'ada@example.com') ON CONFLICT DO NOTHING");
  for (const [table, count, days] of [
    ['cross_app_sessions', rows, 0],
    ['cross_app_sessions_archive', rows / 2, 60],
  ] as const) {
    await knex.raw(
      `INSERT INTO ${table} (id, token_hash, user_id, expires_at, created_at, used_at, revoked_at, redemption_id, user_agent)
       SELECT nextval(pg_get_serial_sequence('cross_app_sessions', 'id')), encode(sha256(('${table}' || n || random())::bytea), 'hex'),
              11, made + interval '15 minutes', made,
              CASE WHEN n % 3 = 0 THEN made + interval '2 seconds' END,
              CASE WHEN n % 3 = 1 THEN made + interval '1 minute' END,
              CASE WHEN n % 3 = 0 THEN gen_random_uuid() END,
              repeat(md5(n::text), ${userAgentLength / 32})
       FROM generate_series(1, ?::int) n,
            LATERAL (SELECT now() - interval '${days} days' - n % 40 * interval '1 day' AS made) times`,
      [count],
    );
  }
}

/** What is in both tables, as one number: equal only for equal rows. */
export async function fingerprint(knex: Knex): Promise<unknown> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT count(*), sum(hashtextextended(line, 0)) AS sum
     FROM (SELECT 'sessions ' || t::text AS line FROM cross_app_sessions t
           UNION ALL SELECT 'archive ' || t::text FROM cross_app_sessions_archive t) lines`,
  );
  return rows[0];
}

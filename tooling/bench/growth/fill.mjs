import { DAYS } from './layouts.mjs';

/** Nothing but so many rows of the last 60 days up to now, 85 of 100 used after some seconds, 2 revoked. No index is in the way. */
export async function fillSessions(knex, rows) {
  await knex.raw('TRUNCATE cross_app_sessions');
  const indexes = await dropIndexes(knex);
  await knex.transaction(async (trx) => {
    // Without the triggers of the foreign keys: every user is there.
    await trx.raw('SET LOCAL session_replication_role = replica');
    await trx.raw(
      `INSERT INTO cross_app_sessions
         (token_hash, user_id, created_at, expires_at, used_at, redemption_id, revoked_at, user_agent, ip_address)
       SELECT encode(sha256(cast(n AS text)::bytea), 'hex'), 1 + n % 1000, created_at, created_at + interval '15 minutes',
              CASE WHEN n % 100 < 85 THEN created_at + interval '4 seconds' END,
              CASE WHEN n % 100 < 85 THEN md5(n::text)::uuid END,
              CASE WHEN n % 100 > 97 THEN created_at + interval '1 minute' END,
              'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '203.0.113.7'
       FROM generate_series(1, CAST(:rows AS int)) n,
            LATERAL (SELECT now() - (1 - n / CAST(:rows AS float8)) * :days * interval '1 day' AS created_at) t`,
      { rows, days: DAYS },
    );
  });
  for (const definition of indexes) await knex.raw(definition);
  await knex.raw('VACUUM (ANALYZE, FREEZE) cross_app_sessions');
}

/** All but that of the primary key. Gives what makes them again, those of the partitions with them. */
async function dropIndexes(knex) {
  const { rows } = await knex.raw(
    `SELECT indexrelid::regclass::text AS name, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') AS definition
     FROM pg_index WHERE indrelid = 'cross_app_sessions'::regclass AND NOT indisprimary`,
  );
  for (const { name } of rows) await knex.raw(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

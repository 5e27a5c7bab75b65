import type { Knex } from 'knex';

/** Rows of a user 11 that were created 60 to 31 days ago, all long over, every tenth one revoked. */
export async function insertHistory(knex: Knex, rows: number, table = 'cross_app_sessions'): Promise<void> {
  await knex.raw(`INSERT INTO users (id, email) VALUES (11, 'ada@example.com') ON CONFLICT DO NOTHING`);
  await knex.raw(
    `INSERT INTO ?? (token_hash, user_id, created_at, expires_at, revoked_at)
     SELECT encode(sha256((random()::text || n)::bytea), 'hex'), 11, created_at, created_at + interval '15 minutes',
            CASE WHEN n % 10 = 0 THEN created_at + interval '1 minute' END
     FROM generate_series(1, ?::int) n,
          LATERAL (SELECT now() - interval '60 days' + n * (interval '29 days' / ?::int) AS created_at) t`,
    [table, rows, rows],
  );
}

/** The ids in both tables, each in order. */
export async function storedIds(knex: Knex): Promise<{ sessions: string[]; archive: string[] }> {
  const ids = async (table: string): Promise<string[]> => {
    const rows: { id: string }[] = await knex(table).select('id').orderBy('id');
    return rows.map(({ id }) => id);
  };
  return { sessions: await ids('cross_app_sessions'), archive: await ids('cross_app_sessions_archive') };
}

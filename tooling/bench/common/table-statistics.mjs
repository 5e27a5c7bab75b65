/**
 * What PostgreSQL has counted for the host's tables, with their indexes: buffers that were in its memory and that were
 * not, and updates.
 */
export async function tableStatistics(knex) {
  await reportAll(knex);
  const { rows } = await knex.raw(
    `SELECT sum(heap_blks_hit + coalesce(idx_blks_hit, 0) + coalesce(toast_blks_hit, 0))::float8 AS hits,
            sum(heap_blks_read + coalesce(idx_blks_read, 0) + coalesce(toast_blks_read, 0))::float8 AS reads,
            sum(n_tup_upd)::float8 AS updates, sum(n_tup_hot_upd)::float8 AS "hotUpdates"
     FROM pg_statio_user_tables JOIN pg_stat_user_tables USING (relid)`,
  );
  return rows[0];
}

// A connection keeps its counts for up to a second, and longer when it is idle.
async function reportAll(knex) {
  const { max } = knex.client.config.pool;
  const connections = await Promise.all(Array.from({ length: max }, () => knex.client.acquireConnection()));
  await Promise.all(connections.map((connection) => connection.query('SELECT pg_stat_force_next_flush()')));
  await Promise.all(connections.map((connection) => knex.client.releaseConnection(connection)));
}

/** Every run begins with empty tables, and with nothing left to be written to disk of the one before it. */
export async function emptyTables(pool, tables) {
  if (tables.length > 0) await pool.query(`TRUNCATE ${tables.join(', ')}`);
  await pool.query('CHECKPOINT');
}

/** `of` is a table, or a table and a condition. */
export async function countRows(pool, of) {
  const { rows } = await pool.query(`SELECT count(*)::int AS count FROM ${of}`);
  return rows[0].count;
}

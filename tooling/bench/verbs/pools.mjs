// Ten connections for each rival. They stay open while the others have their turn: connecting is not measured.
import knexFactory from 'knex';
import pg from 'pg';

export const CONNECTIONS = 10;

export function openPool(url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 0 });
  // A connection that was lost while nobody used it: at the end, when the database is dropped under those that are still
  // ending, or after the failure of a rival. A query on a lost one fails by itself.
  pool.on('error', () => undefined);
  return pool;
}

export function openKnexPool(url) {
  return knexFactory({
    client: 'pg',
    connection: url,
    pool: { min: CONNECTIONS, max: CONNECTIONS },
  });
}

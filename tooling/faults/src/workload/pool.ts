import knexFactory from 'knex';
import type { Knex } from 'knex';
import type { WorkerSettings } from './settings.js';

/** As an app makes its own, with short time-outs, for faults come often here. */
export function createPool({
  databaseUrl,
  poolSize,
  timeoutMs,
}: Pick<WorkerSettings, 'databaseUrl' | 'poolSize' | 'timeoutMs'>): Knex {
  return knexFactory({
    client: 'pg',
    connection: { connectionString: databaseUrl, connectionTimeoutMillis: timeoutMs },
    pool: { min: 0, max: poolSize },
    acquireConnectionTimeout: timeoutMs,
    log: { warn: ignore }, // of each connection that could not be made
  });
}

function ignore(): void {
  // What comes of it is an outcome.
}

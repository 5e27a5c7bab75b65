// A server of its own, a template with the rows, and a fresh copy of it for every measurement.
import { randomBytes } from 'node:crypto';
import { migrate } from '@cross-app/core';
import { startPostgres } from '@cross-app/test-database/server';
import knexFactory from 'knex';

// As a small machine of its own would have it, the same for every rival. Durability stays on.
const FLAGS = ['shared_buffers=512MB', 'max_wal_size=4GB', 'autovacuum=off'];

/** What there is in each copy: people and their accounts only, or a table full of rows that cleanup and archive take. */
export const EMPTY = 'bench_empty';
export const FULL = 'bench_full';

export function openKnex(url, poolSize = 1) {
  return knexFactory({ client: 'pg', connection: url, pool: { min: 0, max: poolSize } });
}

/** Starts the server and fills the templates. A flag that is given again counts. Without rows there is no full one. */
export async function startBenchServer({ rows = 0, flags = [] } = {}) {
  const server = await startPostgres({ durable: true, flags: [...FLAGS, ...flags] });
  try {
    await fill(server.url, EMPTY, 0);
    if (rows > 0) await fill(server.url, FULL, rows);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Runs the work on a copy of a template, and drops the copy. */
export async function onCopy(serverUrl, template, work) {
  const name = `bench_${randomBytes(4).toString('hex')}`;
  await admin(serverUrl, (knex) =>
    knex.raw(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`),
  );
  try {
    await admin(serverUrl, (knex) => knex.raw('CHECKPOINT'));
    return await work(urlOf(serverUrl, name));
  } finally {
    await admin(serverUrl, (knex) => knex.raw(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

async function fill(serverUrl, name, rows) {
  await admin(serverUrl, (knex) => knex.raw(`CREATE DATABASE ${name}`));
  const knex = openKnex(urlOf(serverUrl, name));
  await migrate(knex, { withUserTables: true });
  await knex.raw(
    `INSERT INTO users (id, email) SELECT n, 'user-' || n || '@example.com' FROM generate_series(1, 1000) n`,
  );
  await knex.raw(
    `INSERT INTO accounts (id, name, slug) SELECT n, 'Account ' || n, 'account-' || n FROM generate_series(1, 1000) n`,
  );
  // Created 60 to 31 days ago: 85 of 100 used after some seconds, 2 revoked.
  await knex.raw(
    `INSERT INTO cross_app_sessions
       (token_hash, user_id, created_at, expires_at, used_at, redemption_id, revoked_at, user_agent, ip_address)
     SELECT encode(sha256(n::text::bytea), 'hex'), 1 + n % 1000, created_at, created_at + interval '15 minutes',
            CASE WHEN n % 100 < 85 THEN created_at + interval '4 seconds' END,
            CASE WHEN n % 100 < 85 THEN md5(n::text)::uuid END,
            CASE WHEN n % 100 > 97 THEN created_at + interval '1 minute' END,
            'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '203.0.113.7'
     FROM generate_series(1, ?::int) n,
          LATERAL (SELECT now() - interval '60 days' + n * (interval '29 days' / ?::int) AS created_at) t`,
    [rows, Math.max(rows, 1)],
  );
  await knex.raw('VACUUM (ANALYZE, FREEZE)');
  await knex.destroy();
}

async function admin(url, work) {
  const knex = openKnex(url);
  try {
    return await work(knex);
  } finally {
    await knex.destroy();
  }
}

function urlOf(serverUrl, name) {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

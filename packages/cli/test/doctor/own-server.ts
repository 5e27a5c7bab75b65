import { startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
import { startStandby } from '@cross-app/test-database/standby';
import knexFactory from 'knex';

/**
 * A server that is set up as it should be, other than the one that the tests share. Nothing works in it by itself, so
 * that it can be seen whether somebody writes.
 */
export const startDurable = (): Promise<PostgresServer> =>
  startPostgres({ durable: true, flags: ['autovacuum=off'] });

export async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const knex = knexFactory({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
  try {
    for (const statement of statements) await knex.raw(statement);
  } finally {
    await knex.destroy();
  }
}

export async function read(url: string, sql: string): Promise<unknown> {
  const knex = knexFactory({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
  try {
    const { rows } = await knex.raw<{ rows: { value: unknown }[] }>(`SELECT (${sql}) AS value`);
    return rows[0]?.value;
  } finally {
    await knex.destroy();
  }
}

export async function until(url: string, sql: string, value: unknown): Promise<void> {
  while ((await read(url, sql)) !== value) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Sets it for the whole server, and waits until new connections have it. */
export async function configure(url: string, name: string, value: string): Promise<void> {
  await execute(url, `ALTER SYSTEM SET ${name} = '${value}'`, 'SELECT pg_reload_conf()');
  await until(url, `current_setting('${name}')`, value);
}

/** A primary and a streaming standby of it, called `standby`. */
export interface Pair {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  close(): Promise<void>;
}

/** The standby has what the primary was prepared with. */
export async function startPair(prepare: (url: string) => Promise<void>): Promise<Pair> {
  const primary = await startDurable();
  await prepare(primary.url);
  const standby = await startStandby(primary, { flags: ['cluster_name=standby'] });
  return {
    primary,
    standby,
    async close() {
      await standby.stop();
      await primary.stop();
    },
  };
}

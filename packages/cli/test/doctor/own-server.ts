import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { reopenPostgres, startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
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

/** Made as an operator without client tools would: a copy of the stopped primary's data, and standby.signal. */
export async function startPair(prepare: (url: string) => Promise<void>): Promise<Pair> {
  const first = await startDurable();
  const { dir } = first;
  await prepare(first.url);
  await first.stop({ keep: true });
  // Beside the primary's, which the user that PostgreSQL runs as can reach; cp keeps that user as the owner.
  const copy = mkdtempSync(`${dir}-standby-`);
  execFileSync('cp', ['-a', `${dir}/.`, copy]);
  const primary = await reopenPostgres(dir);
  const { port: primaryPort } = new URL(primary.url);
  const source = `host=127.0.0.1 port=${primaryPort} user=postgres password=postgres application_name=standby`;
  appendFileSync(join(copy, 'data/standby.signal'), '');
  const settings = `port = ${await freePort()}\nprimary_conninfo = '${source}'\n`;
  appendFileSync(join(copy, 'data/postgresql.conf'), settings);
  const standby = await reopenPostgres(copy);
  await until(primary.url, "SELECT count(*)::int FROM pg_stat_replication WHERE state = 'streaming'", 1);
  return {
    primary,
    standby,
    async close() {
      await standby.stop();
      await primary.stop();
      for (const each of [dir, copy]) rmSync(each, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

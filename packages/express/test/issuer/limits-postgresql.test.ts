import { PostgresStore } from '@acpr/rate-limit-postgresql';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Express } from 'express';
import type { Options } from 'express-rate-limit';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import request from 'supertest';
import type { IssuerLimits } from '../../src/issuer/limits/limits.js';
import { callTimes, createLimitedApp } from './limits-app.js';

// The doc comment of `store` shows this class.
interface Pool {
  on(event: 'error', listener: (error: Error) => void): void;
  end(): Promise<void>;
}
const lost: string[] = [];
const pools: Pool[] = [];
class LimitStore extends PostgresStore {
  override init(options: Options): void {
    super.init(options);
    const pool = this.pool as Pool;
    pools.push(pool);
    pool.on('error', (error) => lost.push(error.message));
  }
}

let database: TestDatabase;
let knex: Knex;
let issuers: Express[];
beforeAll(async () => {
  database = await createTestDatabase();
  knex = knexFactory({ client: 'pg', connection: database.url, pool: { min: 0, max: 1 } });
  // It prints each failure, and calls fail until its migrations are done.
  const print = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  issuers = [createLimitedApp(inDatabase()), createLimitedApp(inDatabase())];
  for (const app of issuers) {
    while ((await request(app).get('/accounts/start')).status === 503) await pause(20);
  }
  print.mockRestore();
  // Nothing tells when the migrations of the others are done.
  while ((await countMigrating()) > 0) await pause(20);
});
afterAll(async () => {
  for (const pool of pools) await pool.end();
  await knex.destroy();
  await database.close();
});

const OTHERS = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
async function countMigrating(): Promise<number> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT 1 ${OTHERS} AND query NOT LIKE '%agg_increment%' AND backend_type = 'client backend'`,
  );
  return rows.length;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const inDatabase = (): IssuerLimits => ({
  permissionPerMinute: 12,
  store: (name) => new LimitStore({ connectionString: database.url, max: 2 }, `cross-app:${name}`),
});

describe('limits in PostgreSQL', () => {
  it('are one count for two issuers', async () => {
    const [one, other] = issuers as [Express, Express];
    const sixth = await callTimes(one, '/generate/7', 6);
    expect(sixth.headers).toMatchObject({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '4' });
    const tenth = await callTimes(other, '/generate/7', 4);
    expect([tenth.status, tenth.headers['x-ratelimit-remaining']]).toEqual([200, '0']);

    for (const app of [one, other]) {
      const { body, headers } = await request(app).get('/generate/7').expect(429);
      expect(body).toMatchObject({ origin: { code: 'rate_limited' } });
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
      expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000 - 1);
    }
    await request(other).get('/generate/8').expect(200);
    await request(other).get('/validate/7').expect(200);
  });

  it('count exactly when calls arrive at two issuers at once', async () => {
    const servers = issuers.map((app) => app.listen(0, '127.0.0.1'));
    const replies = await Promise.all(
      servers.flatMap((server) => Array.from({ length: 20 }, () => request(server).get('/permission/race'))),
    );
    for (const server of servers) server.close();
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(12);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(28);
  });

  it('go on after the database has ended their idle connections', async () => {
    const [app] = issuers as [Express];
    await request(app).get('/accounts/lost').expect(200);
    const { rows } = await knex.raw<{ rows: unknown[] }>(
      `SELECT pg_terminate_backend(pid) ${OTHERS} AND backend_type = 'client backend'`,
    );
    while (lost.length < rows.length) await pause(10);
    const { headers } = await request(app).get('/accounts/lost').expect(200);
    expect(headers['x-ratelimit-remaining']).toBe('48');
  });
});

import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { run } from '../src/program.js';

export const USERS = '20251231000000_create_users_and_accounts.js';
export const SESSIONS = '20260101000000_create_cross_app_sessions.js';
export const ARCHIVE = '20260201000000_add_cross_app_archive.js';
export const AUDIT = '20260301000000_add_cross_app_audit.js';
export const APPS = '20260401000000_add_cross_app_apps.js';
export const REVOCATIONS = '20260501000000_add_cross_app_revocations.js';
export const ROOM = '20260601000000_leave_room_for_redeems.js';

export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

/** What a test says about the terminal that `cross-app` runs on. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is typed at a prompt, or piped in. */
  readonly typed?: string;
  /** Ctrl-C, for work that stops early. */
  readonly signal?: AbortSignal;
  /** Width of the terminal that shows the output. Default: it goes into a pipe. */
  readonly columns?: number;
}

/** Runs `cross-app …args` with this DATABASE_URL, or with none. */
export async function crossApp(
  args: readonly string[],
  url?: string,
  { env = {}, typed = '', signal = new AbortController().signal, columns }: Surroundings = {},
): Promise<Outcome> {
  let out = '';
  let error = '';
  const exitCode = await run(args, {
    env: { DATABASE_URL: url, ...env },
    isInteractive: false,
    columns: columns ?? null,
    readSecret: () => Promise.resolve(typed),
    interruptible: (work) => work(signal),
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
  });
  return { exitCode, out, error };
}

/** An empty database, and `cross-app` on it. */
export interface Scratch {
  readonly url: string;
  readonly knex: Knex;
  crossApp(...args: string[]): Promise<Outcome>;
  /** The tables outside of PostgreSQL's own schemas, the history tables left out. */
  tables(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openScratch(): Promise<Scratch> {
  const database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  const knex = knexFactory({ client: 'pg', connection: database.url, pool: { min: 0, max: 4 } });
  return {
    url: database.url,
    knex,
    crossApp: (...args) => crossApp(args, database.url),
    async tables() {
      const { rows } = await knex.raw<{ rows: { name: string }[] }>(
        `SELECT relname AS name FROM pg_stat_user_tables WHERE relname NOT LIKE '%migrations%' ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    },
    async close() {
      await knex.destroy();
      await database.close();
    },
  };
}

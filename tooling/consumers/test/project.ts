import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import matrix from '@cross-app/compatibility' with { type: 'json' };
import { createTestDatabase } from '@cross-app/test-database';
import { Client } from 'pg';

export const USERS = '20251231000000_create_users_and_accounts.js';
export const SESSIONS = '20260101000000_create_cross_app_sessions.js';
export const ARCHIVE = '20260201000000_add_cross_app_archive.js';
export const AUDIT = '20260301000000_add_cross_app_audit.js';
export const APPS = '20260401000000_add_cross_app_apps.js';
export const REVOCATIONS = '20260501000000_add_cross_app_revocations.js';
export const ROOM = '20260601000000_leave_room_for_redeems.js';

/** Such as `commonjs-express5`. */
export const PROJECTS: readonly string[] = matrix.moduleSystems.flatMap((moduleSystem) =>
  matrix.express.map((express) => `${moduleSystem}-${express}`),
);

/** By the major version that it has. */
const COMPILERS: Readonly<Record<string, string>> = {
  6: require.resolve('typescript/lib/tsc.js'),
  7: join(dirname(require.resolve('@typescript/native/package.json')), 'bin/tsc'),
};

/** Where global-setup.cjs put the scratch project. */
export function projectDir(name: string): string {
  return join(process.env['CROSS_APP_CONSUMERS'] ?? '', name);
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

/** A program that runs in a project, with the project's own commands on its PATH as in an npm script. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export interface Surroundings {
  readonly cwd: string;
  /** The database's URL. */
  readonly url?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

const children = new Set<ChildProcess>();

export function start({ cwd, url, env = {} }: Surroundings, command: string, ...args: string[]): Running {
  const commands = [join(cwd, 'node_modules/.bin'), join(cwd, '../node_modules/.bin')];
  const child = spawn(command, args, {
    cwd,
    env: {
      ...process.env,
      NODE_ENV: undefined, // jest's
      PATH: [...commands, process.env['PATH']].join(delimiter),
      ...(url === undefined ? {} : { DATABASE_URL: url }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  return { process: child, ended: collect(child) };
}

/** For afterEach: what a failed test has left running would keep jest waiting for ever. */
export function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}

export async function run(surroundings: Surroundings, command: string, ...args: string[]): Promise<Outcome> {
  return start(surroundings, command, ...args).ended;
}

/** Compiles what the folder's `tsconfig.json` says, but for the options. */
export async function compile(
  cwd: string,
  typescript = '7',
  options: readonly string[] = [],
): Promise<Outcome> {
  return run({ cwd }, process.execPath, COMPILERS[typescript] ?? '', '-p', '.', ...options);
}

function collect(child: ChildProcess): Promise<Outcome> {
  let out = '';
  let error = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (error += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({ exitCode, out, error });
    });
  });
}

/** An empty database of the calling test's own; jest's environment drops it. */
export interface EmptyDatabase {
  readonly url: string;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The tables, the history tables left out. */
  tables(): Promise<unknown[]>;
}

export async function openEmptyDatabase(): Promise<EmptyDatabase> {
  const { url } = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  const query: EmptyDatabase['query'] = async (sql) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const tables = async (): Promise<unknown[]> => {
    const rows = await query(
      `SELECT relname FROM pg_stat_user_tables WHERE relname NOT LIKE '%migrations%' ORDER BY relname`,
    );
    return rows.map(({ relname }) => relname);
  };
  return { url, query, tables };
}

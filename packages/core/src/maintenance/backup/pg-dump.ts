import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { MaintenanceRefused } from '../refused.js';

/** How `pg_dump` is started and reaches the database. */
export interface PgDumpOptions {
  /** As knex has it. The password goes to `pg_dump` by its environment, and is in no list of processes. */
  readonly connectionString: string;
  /** The program. Default: `pg_dump`, as the `PATH` of `env` finds it. */
  readonly program?: string;
  /** Its environment. Default: an empty one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What `pg_dump` is to read. */
export interface DumpRequest {
  /** Quoted, with their schema; each partition by itself, since `pg_dump` before 16 leaves them out. */
  readonly tables: readonly string[];
  /** An exported one, so that it sees what our own transaction sees. */
  readonly snapshot: string;
}

// What libpq knows of what a URL for node-postgres can say. It refuses a URL with anything else in it.
const LIBPQ_PARAMETERS: readonly string[] = [
  'connect_timeout',
  'host',
  'options',
  'sslcert',
  'sslcrl',
  'sslkey',
  'sslrootcert',
  'target_session_attrs',
];
const LIBPQ_SSLMODES: readonly string[] = [
  'allow',
  'disable',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
];

/** The major version in what `pg_dump --version` prints; undefined when it is no such thing. */
export function parseMajorVersion(output: string): number | undefined {
  const [, major] = /^pg_dump \(PostgreSQL\) (\d+)/.exec(output) ?? [];
  return major === undefined ? undefined : Number(major);
}

/** Why this `pg_dump` cannot read this server; undefined when it can. It reads servers up to its own version. */
export function reasonNotToDump(version: number | undefined, server: number): string | undefined {
  if (version === undefined) return 'pg_dump is not installed';
  return version < server
    ? `pg_dump is of version ${version} and the server of ${server}, which is newer`
    : undefined;
}

/** Asks the program for its major version; undefined when there is none that can be started. */
export async function findMajorVersion(options: PgDumpOptions): Promise<number | undefined> {
  try {
    const child = start(options, ['--version']);
    const [output] = await Promise.all([readText(child.stdout), once(child, 'close')]);
    return parseMajorVersion(output);
  } catch {
    return undefined;
  }
}

/**
 * What `pg_dump` prints.
 *
 * @throws MaintenanceRefused with what it says when it fails.
 */
export async function* dump(
  options: PgDumpOptions,
  { tables, snapshot }: DumpRequest,
): AsyncGenerator<Buffer> {
  const child = start(options, [
    '--data-only',
    '--load-via-partition-root',
    '--encoding=UTF8',
    '--no-password',
    `--snapshot=${snapshot}`,
    ...tables.map((table) => `--table=${table}`),
    `--dbname=${splitPassword(options.connectionString).url}`,
  ]);
  const ended = once(child, 'close') as Promise<[number | null]>;
  ended.catch(() => undefined);
  const complaints = readText(child.stderr);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const [code] = await ended;
    if (code !== 0) {
      throw new MaintenanceRefused(
        `pg_dump failed: ${(await complaints).trim()}. Without it (--with copy) the file is the same.`,
      );
    }
  } finally {
    child.kill();
  }
}

/** The URL for libpq without its password, and the password. */
export function splitPassword(connectionString: string): { url: string; password: string | undefined } {
  const url = new URL(connectionString);
  const given = new URLSearchParams(url.search);
  const password = url.password === '' ? given.get('password') : decodeURIComponent(url.password);
  url.password = '';
  url.search = '';
  const kept = [...given].filter(([name]) => LIBPQ_PARAMETERS.includes(name));
  const sslmode = readSslMode(given);
  if (sslmode !== undefined) kept.push(['sslmode', sslmode]);
  kept.push(['application_name', 'cross-app']);
  // libpq reads a plus sign as it is.
  const query = kept.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return { url: `${url.href}?${query}`, password: password ?? undefined };
}

function readSslMode(given: URLSearchParams): string | undefined {
  const mode = given.get('sslmode');
  if (mode !== null && LIBPQ_SSLMODES.includes(mode)) return mode;
  const wantsTls = mode === 'no-verify' || ['true', '1'].includes(given.get('ssl') ?? '');
  return wantsTls ? 'require' : undefined;
}

function start(
  { connectionString, program = 'pg_dump', env = {} }: PgDumpOptions,
  args: readonly string[],
): ChildProcessByStdio<null, Readable, Readable> {
  const { password } = splitPassword(connectionString);
  return spawn(program, args, {
    env: password === undefined ? { ...env } : { ...env, PGPASSWORD: password },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function readText(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text = `${text}${chunk as string}`.slice(0, 4000);
  return text;
}

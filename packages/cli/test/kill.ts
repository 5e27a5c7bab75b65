import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/**
 * How many times each kind of work is killed, in each layout. CROSS_APP_TEST_KILLS sets another number: a hundred find
 * what six may miss.
 */
export const KILLS = Number(process.env['CROSS_APP_TEST_KILLS'] ?? 6);

/** For a test that starts that many processes one after the other, on a machine that may be busy. */
export const KILLS_TIMEOUT_MS = KILLS * 25_000;

// More often takes from a machine with few cores what the command needs to come up.
const POLL_MS = 10;

const MAIN = join(__dirname, '../dist/main.js');

/** How a run of {@link runAndKill} ended. */
export interface KilledRun {
  /** False when it was done before the SIGKILL came. */
  readonly wasKilled: boolean;
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

/** Starts the built command as a process of its own. */
export function startCommand(url: string, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, DATABASE_URL: url } });
}

/**
 * Runs `cross-app …args` and SIGKILLs it `delayMs` after it has begun to work: when its backend sends the first
 * statement other than the one that tries the connection. Returns once PostgreSQL has noticed.
 */
export async function runAndKill(
  { url, knex }: { url: string; knex: Knex },
  args: readonly string[],
  delayMs: number,
): Promise<KilledRun> {
  const child = startCommand(url, args);
  let out = '';
  let error = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  await untilWorking(knex, () => child.exitCode !== null);
  await sleep(delayMs);
  child.kill('SIGKILL');
  const [exitCode, signal] = await closed;
  await untilGone(knex);
  return { wasKilled: signal === 'SIGKILL', exitCode, out, error };
}

const BACKENDS = `
SELECT count(*) FILTER (WHERE query <> 'SELECT 1') AS working, count(*) AS connected
FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'cross-app'`;

async function count(knex: Knex): Promise<{ working: number; connected: number }> {
  const { rows } = await knex.raw<{ rows: { working: string; connected: string }[] }>(BACKENDS);
  return { working: Number(rows[0]?.working), connected: Number(rows[0]?.connected) };
}

async function untilWorking(knex: Knex, hasEnded: () => boolean): Promise<void> {
  while (!hasEnded() && (await count(knex)).working === 0) await sleep(POLL_MS);
}

async function untilGone(knex: Knex): Promise<void> {
  while ((await count(knex)).connected > 0) await sleep(POLL_MS);
}

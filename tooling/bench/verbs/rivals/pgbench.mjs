// PostgreSQL's own bench program, written in C: what one statement for each token can reach on this machine.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PEOPLE, TARGET_APP, TTL_SECONDS } from '../handoff.mjs';
import { CONNECTIONS } from '../pools.mjs';
import { findPgbench } from './find-pgbench.mjs';
import { OUR_TABLE } from './our-table.mjs';

// Each client counts its own numbers, and the token is its number: nothing is read to know the next one. The server
// hashes it, as pgbench cannot.
const NEXT_NUMBER = `\\set done :done + 1
\\set n :client_id * :calls + :done
`;
const HASH = "encode(sha256(:n::text::bytea), 'hex')";
const SCRIPTS = {
  issue: `${NEXT_NUMBER}
INSERT INTO cross_app_sessions (token_hash, user_id, account_id, target_app, expires_at) \
VALUES (${HASH}, 1 + :n % ${PEOPLE}, 1 + :n % ${PEOPLE}, '${TARGET_APP}', now() + interval '${TTL_SECONDS} seconds');
`,
  redeem: `${NEXT_NUMBER}
UPDATE cross_app_sessions SET used_at = now() WHERE token_hash = ${HASH} AND target_app = '${TARGET_APP}' \
AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now() RETURNING *;
`,
};

const PGBENCH = { ...OUR_TABLE, missing };
/** As many connections as there are calls in flight, up to a number that a server may well have. */
export const pgbench = { name: 'pgbench', ...PGBENCH, open: (url, options) => open(url, options, 64) };
/** As many connections as the others have. */
export const pgbenchTen = {
  name: 'pgbench -c 10',
  ...PGBENCH,
  open: (url, options) => open(url, options, CONNECTIONS),
};

function missing({ pgbench: program = findPgbench() }) {
  if (program !== undefined && existsSync(program)) return undefined;
  return 'there is no pgbench here; Debian has it in the package postgresql-contrib';
}

async function open(url, { pgbench: program = findPgbench() }, maxClients) {
  const folder = await mkdtemp(join(tmpdir(), 'cross-app-pgbench-'));
  const run = (verb, { calls, inFlight }) =>
    runScript(program, [`--file=${join(folder, verb)}`, url], {
      calls,
      clients: Math.min(inFlight, maxClients),
    });
  for (const [verb, script] of Object.entries(SCRIPTS)) await writeFile(join(folder, verb), script);
  return {
    issue: (load) => run('issue', load),
    redeem: (load) => run('redeem', load),
    close: () => rm(folder, { recursive: true }),
  };
}

/**
 * Its own clock counts, without the time to connect. Its connections are new, so each makes at least as many calls as
 * one of the pools' does: with 30 calls on each, half of the time went to planning.
 */
async function runScript(program, of, { calls: wanted, clients }) {
  const callsOfEach = Math.ceil(wanted / Math.min(clients, CONNECTIONS));
  const calls = callsOfEach * clients;
  const { stdout } = await promisify(execFile)(program, [
    '--no-vacuum',
    '--protocol=prepared',
    `--client=${clients}`,
    `--jobs=${Math.min(clients, availableParallelism())}`,
    `--transactions=${callsOfEach}`,
    '--define=done=0',
    `--define=calls=${callsOfEach}`,
    ...of,
  ]);
  const [, rate] = /^tps = ([\d.]+) \(without initial connection time\)$/m.exec(stdout) ?? [];
  if (rate === undefined) throw new RangeError(`pgbench gives no rate:\n${stdout}`);
  // Its processor time is in none of our clocks once it has ended.
  return { calls, seconds: calls / Number(rate), clientSeconds: null };
}

// `npm run bench -- --rows 1000000`: cleanup, archive, backup and restore, each beside one SQL statement.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { EMPTY, FULL, onCopy, openKnex, startBenchServer } from '../common/database.mjs';
import { printJobs, printLatencies } from './report.mjs';
import { inTurn, quantile } from '../common/numbers.mjs';
import { positive } from '../common/options.mjs';
import { measureRedeems } from './redeem-latency.mjs';

const RUN_JOB = fileURLToPath(new URL('run-job.mjs', import.meta.url));
const JOBS = ['cleanup', 'cleanup --delete', 'archive', 'backup', 'restore'];
const RIVALS = ['ours', 'sql'];

const options = new Command('npm run bench --')
  .description(
    'Maintenance on a full table: rows a second beside one SQL statement, memory, and what redeems feel.',
  )
  .option('--rows <number>', 'rows in the table', positive, 1_000_000)
  .option('--rounds <number>', 'rounds; the rivals take turns in each', positive, 3)
  .option('--seconds <number>', 'how long redeems are measured beside nothing', positive, 10)
  .option('--json <file>', 'where to write the numbers')
  .parse()
  .opts();

const folder = await mkdtemp(join(tmpdir(), 'cross-app-bench-'));
const server = await startBenchServer(options.rows);
process.once('SIGINT', () => void server.stop().then(() => process.exit(130)));
try {
  const jobs = await measureJobs();
  const latencies = await measureLatencies();
  const version = await serverVersion();
  console.log(
    `PostgreSQL ${version}, ${cpus().length} cores, ${options.rows} rows, ${options.rounds} rounds\n`,
  );
  console.log(printJobs(jobs, options.rows));
  console.log(printLatencies(latencies));
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ ...options, version, jobs, latencies }, null, 2)}\n`);
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}

/** `{ 'cleanup ours': [{ seconds, peakMiB }, …one a round], … }` */
async function measureJobs() {
  const measured = { nothing: [] };
  for (let round = 0; round < options.rounds; round++) {
    measured.nothing.push(await measureJob('nothing', round));
    for (const job of JOBS) {
      for (const rival of inTurn(RIVALS, round)) {
        const name = `${job} ${rival}`;
        (measured[name] ??= []).push(await measureJob(name, round));
      }
    }
  }
  return measured;
}

async function measureJob(name, round) {
  const rival = name.split(' ').at(-1);
  const template = name.startsWith('restore') ? EMPTY : FULL;
  return onCopy(server.url, template, (url) => runJob(name, url, join(folder, `${rival}-${round}`)));
}

async function runJob(name, url, file) {
  const child = spawn(process.execPath, [RUN_JOB, name, url, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new RangeError(`${name} ended with ${code}`);
  return JSON.parse(out);
}

/** The 99th percentile of a redeem in milliseconds: `{ nothing: […one a round], 'cleanup ours': […], … }` */
async function measureLatencies() {
  const beside = ['nothing', 'cleanup ours', 'cleanup sql', 'cleanup --delete ours', 'cleanup --delete sql'];
  const measured = {};
  for (let round = 0; round < options.rounds; round++) {
    for (const job of inTurn(beside, round)) {
      const latencies = await onCopy(server.url, FULL, (url) =>
        measureRedeems(url, () => (job === 'nothing' ? sleep(options.seconds * 1000) : runJob(job, url, ''))),
      );
      (measured[job] ??= []).push(quantile(latencies, 0.99));
    }
  }
  return measured;
}

async function serverVersion() {
  const knex = openKnex(server.url);
  const { rows } = await knex.raw("SELECT current_setting('server_version') AS version");
  await knex.destroy();
  return rows[0].version;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EMPTY, FULL, onCopy } from '../common/database.mjs';
import { inTurn, quantile } from '../common/numbers.mjs';
import { measureRedeems } from './redeem-latency.mjs';

const RUN_JOB = fileURLToPath(new URL('run-job.mjs', import.meta.url));
const JOBS = ['cleanup', 'cleanup --delete', 'archive', 'backup', 'restore'];
const RIVALS = ['ours', 'sql'];
const BESIDE = ['nothing', 'cleanup ours', 'cleanup sql', 'cleanup --delete ours', 'cleanup --delete sql'];

export async function measureMaintenance(server, options) {
  const folder = await mkdtemp(join(tmpdir(), 'cross-app-bench-'));
  try {
    const jobs = await measureJobs({ server, folder, options });
    return { jobs, latencies: await measureLatencies(server, options) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `{ 'cleanup ours': [{ seconds, peakMiB }, …one a round], … }` */
async function measureJobs({ server, folder, options }) {
  const measured = { nothing: [] };
  const measure = async (name, round) => {
    const rival = name.split(' ').at(-1);
    const template = name.startsWith('restore') ? EMPTY : FULL;
    const file = join(folder, `${rival}-${round}`);
    (measured[name] ??= []).push(await onCopy(server.url, template, (url) => runJob(name, url, file)));
  };
  for (let round = 0; round < options.rounds; round++) {
    await measure('nothing', round);
    for (const job of JOBS) {
      for (const rival of inTurn(RIVALS, round)) await measure(`${job} ${rival}`, round);
    }
  }
  return measured;
}

async function runJob(name, url, file) {
  const child = spawn(process.execPath, [RUN_JOB, name, url, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new RangeError(`${name} ended with ${code}`);
  return JSON.parse(out);
}

/** The 99th percentile of a redeem in milliseconds: `{ nothing: […one a round], 'cleanup ours': […], … }` */
async function measureLatencies(server, { rounds, seconds }) {
  const measured = {};
  for (let round = 0; round < rounds; round++) {
    for (const job of inTurn(BESIDE, round)) {
      const latencies = await onCopy(server.url, FULL, (url) =>
        measureRedeems(url, () => (job === 'nothing' ? sleep(seconds * 1000) : runJob(job, url, ''))),
      );
      (measured[job] ??= []).push(quantile(latencies, 0.99));
    }
  }
  return measured;
}

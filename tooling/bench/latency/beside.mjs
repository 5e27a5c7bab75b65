// What runs beside the calls: nothing, or our cleanup in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const RUN_JOB = fileURLToPath(new URL('../maintenance/run-job.mjs', import.meta.url));

/** Each takes `({ url, admin }, work)`, and adds to what the work gives what it has done itself in the meantime. */
export const BESIDE = { nothing: (_, work) => work(), cleanup: besideCleanUp };

/** Adds `cleaned`, the rows that were moved, and whether it `lasted` to the end of the work. It ends with the work. */
async function besideCleanUp({ url, admin }, work) {
  const child = spawn(process.execPath, [RUN_JOB, 'cleanup ours', url, ''], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exit = once(child, 'exit');
  try {
    const before = await untilItMoves(child, admin);
    const result = await work();
    const lasted = child.exitCode === null;
    return { ...result, cleaned: (await countMoved(admin)) - before, lasted };
  } finally {
    child.kill();
    await exit;
  }
}

async function untilItMoves(child, admin) {
  for (;;) {
    const rows = await countMoved(admin);
    if (rows > 0) return rows;
    if (child.exitCode !== null) throw new RangeError(`The cleanup ended with ${child.exitCode} and no row.`);
    await sleep(10);
  }
}

async function countMoved(admin) {
  const { rows } = await admin.raw('SELECT count(*)::int AS count FROM cross_app_sessions_archive');
  return rows[0].count;
}

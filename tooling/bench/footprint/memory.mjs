import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EMPTY, onCopy } from '../common/database.mjs';
import { inTurn } from '../common/numbers.mjs';
import { must } from '../verbs/by-calls.mjs';
import { countRows } from '../verbs/tables.mjs';
import { openPool } from '../verbs/pools.mjs';

const PROCESS = fileURLToPath(new URL('process.mjs', import.meta.url));

/** The last one is what the limit is for: all that is called at once is taken in. */
const RIVALS = {
  batched: ({ maxPending }) => ({ batch: { maxPending } }),
  single: () => ({ batch: false }),
  'batched, no limit': () => ({ batch: { maxPending: 1_000_000 } }),
};

/** Of a process of its own for each rival: at rest, in load, and when very much is called at once. */
export async function measureMemory(server, round, { options, cases }) {
  if (round === 0) cases.push(...Object.keys(RIVALS).map((rival) => ({ rival, rounds: [] })));
  for (const { rival, rounds } of inTurn(cases, round)) {
    rounds.push(
      await onCopy(server.url, EMPTY, (url) => measureProcess(url, RIVALS[rival](options), options)),
    );
  }
}

async function measureProcess(url, settings, { inFlight, seconds, queued }) {
  const task = JSON.stringify({ url, settings, inFlight, seconds, queued });
  const child = fork(PROCESS, [task], { execArgv: ['--expose-gc'] });
  const exit = once(child, 'exit');
  const [measured] = await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => {
      throw new RangeError(`the process whose memory is measured ended with ${code}`);
    }),
  ]);
  await exit;
  const { load, queue } = measured;
  must(queue.done + queue.refused === queued, 'the queue');
  await mustHaveRows(url, load.done + queue.done);
  return measured;
}

async function mustHaveRows(url, due) {
  const pool = openPool(url);
  try {
    const rows = await countRows(pool, 'cross_app_sessions');
    must(rows === due, `issue, which left ${rows} rows where ${due} are due,`);
  } finally {
    await pool.end();
  }
}

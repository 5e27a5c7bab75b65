import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { now } from './clock.mjs';
import { openHistogram } from './histogram.mjs';

const THREAD = new URL('arrival-thread.mjs', import.meta.url);
// The thread is up by then.
const LEAD_MS = 200;
// As often as an event loop's timer can fire.
const RESOLUTION_MS = 1;
// The share of what arrives in a second that is answered in one by who keeps up.
const KEEPS_UP = 0.9;

/**
 * Makes each call when it is due, whether those before it have ended or not, and resolves when all have ended:
 * `{ keptUp, calls, seconds, percentiles, late, loopDelay }`. A latency counts from when the call was due, and `late` is how much of
 * it was over when the call was made; `loopDelay` is what perf_hooks says of this event loop. It gives up on the rest
 * when `maxPending` calls wait.
 *
 * @throws what a call has thrown.
 */
export async function measureOpenLoop(call, { arrivals, maxPending }) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const run = openRun(call, now() + LEAD_MS);
  delays.enable();
  const allMade = await makeCalls(run, { arrivals, maxPending });
  const measured = await run.end();
  delays.disable();
  return {
    keptUp: allMade && arrivals.at(-1) / 1000 >= KEEPS_UP * measured.seconds,
    ...measured,
    loopDelay: Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS),
  };
}

/** Resolves with whether all calls were made. */
async function makeCalls(run, { arrivals, maxPending }) {
  const thread = new Worker(THREAD, { workerData: { arrivals, startAt: run.startAt } });
  try {
    return await new Promise((resolve, reject) => {
      thread.on('error', reject).on('message', (due) => {
        while (run.made < due && run.pending < maxPending && !run.failed) run.make(arrivals[run.made]);
        if (run.made < due) resolve(false);
        else if (run.made === arrivals.length) resolve(true);
      });
    });
  } finally {
    await thread.terminate();
  }
}

function openRun(call, startAt) {
  const [latencies, late] = [openHistogram(), openHistogram()];
  const calls = [];
  const failures = [];
  let pending = 0;
  const make = async (dueAt) => {
    pending += 1;
    late.add(now() - dueAt);
    try {
      await call();
      latencies.add(now() - dueAt);
    } catch (error) {
      failures.push(error);
    } finally {
      pending -= 1;
    }
  };
  return {
    startAt,
    get made() {
      return calls.length;
    },
    get pending() {
      return pending;
    },
    get failed() {
      return failures.length > 0;
    },
    make: (at) => void calls.push(make(startAt + at)),
    async end() {
      await Promise.all(calls);
      if (failures.length > 0) throw failures[0];
      const seconds = (now() - startAt) / 1000;
      return { calls: calls.length, seconds, percentiles: latencies.percentiles(), late: late.percentiles() };
    },
  };
}

// The process whose memory is measured. It tells its parent what it has seen, and ends.
import { clearInterval, setInterval } from 'node:timers';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { isCrossAppError } from '@cross-app/protocol';
import { openKnexPool } from '../verbs/pools.mjs';
import { ours } from './rivals.mjs';

const EVERY_MS = 20;
const PART = 1_000;

const { url, settings, inFlight, seconds, queued } = JSON.parse(process.argv[2]);
const knex = openKnexPool(url);
// All that is queued is to be answered in the end, however long that takes.
const calls = ours(knex, { ...settings, timeoutMs: 60_000 });

let done = 0;
await handOff();
const rest = await atRest();
const load = await peakOf(underLoad);
load.after = await atRest();
const queue = await peakOf(callAllAtOnce);
queue.after = await atRest();
await knex.destroy();
process.send({ rest, load, queue });

async function handOff() {
  await calls.redeem(await calls.issue(done));
  done += 1;
}

async function underLoad() {
  const end = performance.now() + seconds * 1000;
  const callUntilEnd = async () => {
    while (performance.now() < end) await handOff();
  };
  await Promise.all(Array.from({ length: inFlight }, callUntilEnd));
  return { done };
}

// As a server does, it answers who is refused and forgets about it; and as from a network, calls come in parts.
async function callAllAtOnce() {
  const count = { done: 0, refused: 0 };
  const issue = async (n) => {
    try {
      await calls.issue(n);
      count.done += 1;
    } catch (error) {
      if (!isCrossAppError(error) || error.code !== 'store_unavailable') throw error;
      count.refused += 1;
    }
  };
  const all = [];
  while (all.length < queued) {
    const size = Math.min(PART, queued - all.length);
    for (let n = 0; n < size; n++) all.push(issue(n));
    await setImmediate();
  }
  await Promise.all(all);
  return count;
}

/** The most that was seen while it worked, beside what the work gives. */
async function peakOf(work) {
  const peak = memory();
  const look = () => {
    for (const [name, mebibytes] of Object.entries(memory())) peak[name] = Math.max(peak[name], mebibytes);
  };
  const timer = setInterval(look, EVERY_MS);
  const started = performance.now();
  const outcome = await work();
  clearInterval(timer);
  look();
  return { ...outcome, seconds: (performance.now() - started) / 1000, peak };
}

async function atRest() {
  await sleep(200);
  globalThis.gc();
  return memory();
}

function memory() {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heapUsed: heapUsed / 2 ** 20 };
}

// Says how many calls are due so far. It sleeps to a fraction of a millisecond, which timers of an event loop do not, and
// nothing that the calls do holds it up.
import { parentPort, workerData } from 'node:worker_threads';
import { now } from './clock.mjs';

const { arrivals, startAt } = workerData;
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

let due = 0;
while (due < arrivals.length) {
  const left = startAt + arrivals[due] - now();
  if (left > 0) Atomics.wait(nobodyWakes, 0, 0, left);
  const passed = now() - startAt;
  while (due < arrivals.length && arrivals[due] <= passed) due += 1;
  parentPort.postMessage(due);
}

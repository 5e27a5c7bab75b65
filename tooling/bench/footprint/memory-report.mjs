import { spreadOf } from '../common/numbers.mjs';

export function memoryTable(memory) {
  const both = (rounds, memoryOf) =>
    ['rss', 'heapUsed'].map((name) => spreadOf(rounds, (numbers) => memoryOf(numbers)[name], 0)).join('; ');
  return {
    title: 'Memory of the process in MiB: resident; heap in use',
    head: ['', 'at rest', 'most in load', 'at rest again', 'most with the queue', 'at rest again'],
    rows: memory.map(({ rival, rounds }) => [
      rival,
      both(rounds, ({ rest }) => rest),
      both(rounds, ({ load }) => load.peak),
      both(rounds, ({ load }) => load.after),
      both(rounds, ({ queue }) => queue.peak),
      both(rounds, ({ queue }) => queue.after),
    ]),
  };
}

export function queueTable(memory) {
  return {
    title: 'What becomes of the issues that are called at once',
    head: ['', 'done', 'refused', 'seconds'],
    rows: memory.map(({ rival, rounds }) => [
      rival,
      spreadOf(rounds, ({ queue }) => queue.done, 0),
      spreadOf(rounds, ({ queue }) => queue.refused, 0),
      spreadOf(rounds, ({ queue }) => queue.seconds, 1),
    ]),
  };
}

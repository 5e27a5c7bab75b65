import { positive, positives } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { measureFootprint } from './measure.mjs';
import { tables } from './report.mjs';

/** What a handoff leaves on disk, in the log of the database, and in memory. */
export function addFootprint(program) {
  program
    .command('footprint')
    .description('Bytes of a row and of WAL, updates that touch no index, and the memory of the process.')
    .option('--rows <number>', 'rows that are there before, for WAL and updates', positive, 100_000)
    .option('--calls <number>', 'issues, and redeems, in each measurement', positive, 8_000)
    .option('--in-flight <number>', 'calls at once', positive, 64)
    .option('--fillfactors <numbers>', 'to compare', positives, [80, 60, 40])
    .option('--seconds <number>', 'how long memory is measured under load', positive, 5)
    .option('--queued <number>', 'issues that are called at once, for memory', positive, 100_000)
    .option('--max-pending <number>', 'how many of them may wait, as `batch.maxPending`', positive, 10_000)
    .option('--rounds <number>', 'rounds', positive, 3)
    .option('--json <file>', 'where to write the numbers')
    .action((options) =>
      runBench({
        name: 'footprint',
        options,
        tables,
        rows: options.rows,
        measure: (server) => measureFootprint(server, options),
      }),
    );
}

import { positive, positives } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { measureLatency } from './measure.mjs';
import { tables } from './report.mjs';

/** Latency while calls come at a fixed rate, whatever has become of those before. */
export function addLatency(program) {
  program
    .command('latency')
    .description('Latency at a fixed rate of arrival, with a cleanup running beside it and not.')
    .option('--loads <numbers>', 'percent of what ours can do with 64 in flight', positives, [25, 50, 75])
    .option('--seconds <number>', 'how long calls arrive in each turn', positive, 10)
    .option('--rounds <number>', 'rounds; the rivals take turns in each', positive, 3)
    .option('--rows <number>', 'old rows, which the cleanup takes', positive, 500_000)
    .option('--calls <number>', 'calls in which it is measured how many can be done', positive, 20_000)
    .option('--max-pending <number>', 'so many calls at once that wait end a turn', positive, 10_000)
    .option('--json <file>', 'where to write the numbers')
    .action((options) =>
      runBench({
        name: 'latency',
        options,
        tables,
        rows: options.rows,
        measure: (server) => measureLatency(server, options),
      }),
    );
}

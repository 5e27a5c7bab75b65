import { positive, positives } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { measureRefusals } from './measure.mjs';
import { tables } from './report.mjs';

/** What it costs to refuse a token. */
export function addRefusals(program) {
  program
    .command('refusals')
    .description('What it costs to refuse a token, in process and over HTTP.')
    .option('--in-flight <numbers>', 'calls at once, one number or several', positives, [1, 64, 256])
    .option('--calls <number>', 'calls of each kind in a round', positive, 4_000)
    .option('--rounds <number>', 'rounds after the one that warms up', positive, 5)
    .option('--cpu-prof <folder>', 'where the server writes its CPU profile')
    .option('--json <file>', 'where to write the numbers')
    .action((options) =>
      runBench({ name: 'refusals', options, tables, measure: (server) => measureRefusals(server, options) }),
    );
}

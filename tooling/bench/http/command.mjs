import { Option } from 'commander';
import { positive, positives } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { CALLS } from './calls.mjs';
import { measureHttp } from './measure.mjs';
import { tables } from './report.mjs';

/** Redeem and issue over HTTP, beside a bare Express handler. */
export function addHttp(program) {
  program
    .command('http')
    .description('Redeem and issue over HTTP beside a bare Express handler.')
    .option('--in-flight <numbers>', 'calls at once, one number or several', positives, [1, 8, 64, 256])
    .option('--calls <number>', 'calls of each rival in a round', positive, 4_000)
    .option('--rounds <number>', 'rounds after the one that warms up', positive, 5)
    .addOption(new Option('--only <call>', 'only this one').choices(CALLS.map(({ name }) => name)))
    .option('--cpu-prof <folder>', 'where the server writes its CPU profile')
    .option('--json <file>', 'where to write the numbers')
    .action((options) =>
      runBench({ name: 'http', options, tables, measure: (server) => measureHttp(server, options) }),
    );
}

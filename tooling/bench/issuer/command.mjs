import { positive } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { measureIssuer } from './measure.mjs';
import { tables } from './report.mjs';

/** The issuer's calls over HTTP beside a bare Express handler. */
export function addIssuer(program) {
  program
    .command('issuer')
    .description('generate-session and validate-session over HTTP beside a bare Express handler.')
    .option('--calls <number>', 'calls of each case in a round', positive, 4_000)
    .option('--rounds <number>', 'rounds after the one that warms up', positive, 5)
    .option('--connections <number>', 'calls at once', positive, 10)
    .option('--only <text>', 'only the cases with this in their name', '')
    .option('--cpu-prof <folder>', 'where the server writes its CPU profile')
    .option('--json <file>', 'where to write the numbers')
    .action((options) =>
      runBench({
        name: 'issuer',
        options,
        tables,
        measure: (server) => measureIssuer(server, options),
      }),
    );
}

import { positive } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { measureMaintenance } from './measure.mjs';
import { tables } from './report.mjs';

/** Cleanup, archive, backup and restore, each beside one SQL statement. */
export function addMaintenance(program) {
  program
    .command('maintenance')
    .description(
      'Cleanup, archive, backup and restore beside one SQL statement, and what redeems feel of it.',
    )
    .option('--rows <number>', 'rows in the table', positive, 1_000_000)
    .option('--rounds <number>', 'rounds; the rivals take turns in each', positive, 3)
    .option('--seconds <number>', 'how long redeems are measured beside nothing', positive, 10)
    .option('--json <file>', 'where to write the numbers')
    .action((options) =>
      runBench({
        name: 'maintenance',
        options,
        tables,
        rows: options.rows,
        measure: (server) => measureMaintenance(server, options),
      }),
    );
}

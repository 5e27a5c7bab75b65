import { InvalidArgumentError } from 'commander';
import { positive, positives } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { LAYOUTS } from './layouts.mjs';
import { measureGrowth } from './measure.mjs';
import { tables } from './report.mjs';

/** Redeem in tables of several sizes. */
export function addGrowth(program) {
  program
    .command('growth')
    .description('Redeem while the table grows: its time, and the buffers it reads.')
    .option('--rows <numbers>', 'sizes of the table', positives, [10_000, 100_000, 1_000_000, 10_000_000])
    .option('--layouts <names>', `some of ${Object.keys(LAYOUTS).join(', ')}`, layouts, ['plain', 'by month'])
    .option('--in-flight <numbers>', 'calls at once, one number or several', positives, [1, 64])
    .option('--calls <number>', 'redeems in each turn', positive, 2_000)
    .option('--rounds <number>', 'rounds after the one that warms up', positive, 5)
    .option('--json <file>', 'where to write the numbers')
    .action((given) => {
      // The smallest is what the others are compared with.
      const options = { ...given, rows: given.rows.toSorted((a, b) => a - b) };
      return runBench({
        name: 'growth',
        options,
        tables,
        measure: (server) => measureGrowth(server, options),
      });
    });
}

function layouts(given) {
  return given.split(',').map((name) => {
    if (Object.hasOwn(LAYOUTS, name)) return name;
    throw new InvalidArgumentError(`There are ${Object.keys(LAYOUTS).join(', ')}.`);
  });
}

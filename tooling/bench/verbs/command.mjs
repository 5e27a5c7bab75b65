import { InvalidArgumentError, Option } from 'commander';
import { positive, positives } from '../common/options.mjs';
import { runBench } from '../common/run.mjs';
import { measureVerbs } from './measure.mjs';
import { tables } from './report.mjs';
import { RIVALS } from './rivals/all.mjs';

const VERBS = ['issue', 'redeem'];

export function addVerbs(program) {
  program
    .command('verbs')
    .description('Redeem and issue beside a hand-written statement, pgbench, and what others offer.')
    .option('--in-flight <numbers>', 'calls at once, one number or several', positives, [1, 8, 64, 256])
    .option('--calls <number>', 'calls of each verb in a round; slow rivals get a share', positive, 4_000)
    .option('--rounds <number>', 'rounds after the one that warms up', positive, 5)
    .addOption(
      new Option('--rivals <names>', 'only these, by their names')
        .argParser(rivalsNamed)
        .default(RIVALS, 'all of them'),
    )
    .addOption(new Option('--only <verb>', 'only this one').choices(VERBS))
    .option('--pgbench <file>', 'the program; by default the newest that is installed')
    .option('--json <file>', 'where to write the numbers')
    .action(runVerbs);
}

async function runVerbs({ only, rivals, ...given }) {
  const options = {
    ...given,
    verbs: only === undefined ? VERBS : [only],
    rivals: rivals.map(({ name }) => name),
  };
  await runBench({
    name: 'verbs',
    options,
    tables,
    measure: (server) => measureVerbs(server, rivals, options),
  });
}

function rivalsNamed(given) {
  return given.split(',').map((name) => {
    const rival = RIVALS.find((each) => each.name === name);
    if (rival !== undefined) return rival;
    throw new InvalidArgumentError(`There are ${RIVALS.map((each) => each.name).join(', ')}.`);
  });
}

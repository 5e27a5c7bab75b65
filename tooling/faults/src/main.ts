// `npm run faults -- --minutes 20 --seed 1`
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { minimise } from './checker/minimise.js';
import { report } from './checker/report.js';
import { DISK_MB, runOnFullDisk } from './run/full-disk.js';
import { runWithFaults } from './run/run-with-faults.js';
import type { Run } from './run/run-with-faults.js';
import { SmallDisk } from './run/small-disk.js';
import { runControls } from './mutations/controls.js';
import { runMutations } from './mutations/run-mutations.js';
import { RIVAL_NAMES, runRival } from './rivals/run-rivals.js';
import { alone, eachOnce, FAULTS, randomSchedule } from './run/schedule.js';
import type { Line } from './run/schedule.js';
import { summary } from './run/summary.js';

const SHOWN = 5;

interface Given {
  readonly minutes: number;
  readonly seed: number;
  readonly schedule: 'random' | 'once' | 'alone' | 'full-disk';
  readonly fault?: string;
  readonly times: number;
  readonly layout: 'plain' | 'partitioned';
  readonly keep: boolean;
  readonly json?: string;
}

async function run(given: Given): Promise<void> {
  const { minutes, seed, keep, json } = given;
  const parent = mkdtempSync(join(tmpdir(), 'cross-app-faults-'));
  const folder = join(parent, 'history');
  const result = await runIn(folder, given);
  console.log(summary(result));
  for (const violation of result.violations.slice(0, SHOWN)) {
    console.log(report(minimise(result.history, violation)));
  }
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify(toJson(result, { minutes, seed }), null, 2)}\n`);
  const isBad = result.violations.length > 0;
  if (isBad || keep) console.log(`The history is in ${folder}.`);
  else rmSync(parent, { recursive: true });
  process.exitCode = isBad ? 1 : 0;
}

function runIn(folder: string, given: Given): Promise<Run> {
  const { minutes, seed, schedule, layout } = given;
  if (schedule === 'full-disk') return fillDisk(folder, seed);
  return runWithFaults({
    seed,
    folder,
    layout,
    isAlone: schedule === 'alone',
    schedule: scheduleOf(given),
    minutes: schedule === 'random' ? minutes : Infinity,
  });
}

async function fillDisk(folder: string, seed: number): Promise<Run> {
  const disk = SmallDisk.mount(DISK_MB);
  if (disk === null) program.error('error: no disk can be mounted here, so none is filled: that takes root');
  return runOnFullDisk(disk, folder, seed).finally(() => {
    disk.unmount();
  });
}

function scheduleOf({ schedule, seed, fault, times }: Given): Iterable<readonly Line[]> {
  if (schedule === 'once') return eachOnce();
  if (schedule === 'random') return randomSchedule(seed);
  return alone(
    FAULTS.find(({ name }) => name === fault),
    times,
  );
}

function toJson(
  { history, faults, violations }: Run,
  given: { readonly minutes: number; readonly seed: number },
): object {
  return {
    ...given,
    operations: history.operations.length,
    faults: Object.fromEntries(faults),
    violations: violations.map(({ rule, says }) => ({ rule, says })),
  };
}

async function mutations({ seed, only }: { readonly seed: number; readonly only: RegExp }): Promise<void> {
  for await (const { mutation, caughtBy } of runMutations(seed, only)) {
    const verdict = caughtBy.length > 0 ? `caught by ${caughtBy.join(', ')}` : 'MISSED';
    console.log(`${mutation.name}: ${verdict}`);
    if (caughtBy.length === 0) process.exitCode = 1;
  }
}

async function controls({ seed, only }: { readonly seed: number; readonly only: RegExp }): Promise<void> {
  for await (const { fault, mutation, withFault, withoutFault } of runControls(seed, only)) {
    const broken = (rules: readonly string[]): string => (rules.length > 0 ? rules.join(', ') : 'nothing');
    console.log(
      `${fault}, and ${mutation.name}: ${broken(withFault)}; without the fault: ${broken(withoutFault)}`,
    );
    if (withFault.every((rule) => withoutFault.includes(rule))) process.exitCode = 1;
  }
}

async function rivals({ tokens }: { readonly tokens: number }): Promise<void> {
  for (const name of RIVAL_NAMES) {
    const { redeemedTwice, example } = await runRival(name, tokens);
    console.log(`${name}: ${redeemedTwice} of ${tokens} tokens were redeemed more than once`);
    if (example !== null) console.log(example);
  }
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('It must be a number, 0 or more.');
  return value;
}

const program: Command = new Command('npm run faults --')
  .description(
    'Apps at work while PostgreSQL, the network and the apps themselves fail; then a checker reads what happened.',
  )
  .helpCommand(false);

program
  .command('run', { isDefault: true })
  .description('Run the workload with faults, and check its history.')
  .option('--minutes <number>', 'how long faults strike at most', number, 1)
  .option('--seed <number>', 'chooses the faults', number, 1)
  .addOption(
    new Option('--schedule <name>', 'faults by chance, each of them once, one alone, or a disk that is full')
      .choices(['random', 'once', 'alone', 'full-disk'])
      .default('random'),
  )
  .addOption(
    new Option('--fault <name>', 'the one of --schedule alone; none at all without it').choices(
      FAULTS.map(({ name }) => name),
    ),
  )
  .option('--times <number>', 'how often --schedule alone lets it strike', number, 5)
  .addOption(new Option('--layout <name>', 'of the table').choices(['plain', 'partitioned']).default('plain'))
  .option('--keep', 'keep the history', false)
  .option('--json <file>', 'where to write the numbers')
  .action(run);

program
  .command('mutations')
  .description(
    'Break a guarantee in a copy of the packages, one line at a time, and see whether a short run finds it.',
  )
  .option('--seed <number>', 'of the short run', number, 1)
  .option('--only <pattern>', 'those whose name matches', (text) => new RegExp(text), /(?:)/)
  .action(mutations);

program
  .command('controls')
  .description(
    'Let each fault strike alone with what stands against it taken away, and see whether that is found.',
  )
  .option('--seed <number>', 'of the runs', number, 1)
  .option('--only <pattern>', 'faults whose name matches', (text) => new RegExp(text), /(?:)/)
  .action(controls);

program
  .command('rivals')
  .description('Let the checker look at other ways to use a token up.')
  .option('--tokens <number>', 'for each', number, 300)
  .action(rivals);

// Behind `run.cjs` and this file.
void program.parseAsync(process.argv.slice(3), { from: 'user' });

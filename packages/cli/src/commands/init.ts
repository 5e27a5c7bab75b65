import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Argument } from 'commander';
import { parseAppId } from '../app-id.js';
import { Failure } from '../failure.js';
import { nextSteps, planFiles } from '../init/plan.js';
import type { PlannedFile, Role } from '../init/plan.js';
import { readProject } from '../init/project.js';
import type { Terminal } from '../terminal.js';

interface InitFlags {
  readonly sourceApp: string;
  readonly targetApp: string;
  readonly directory: string;
  readonly dryRun?: boolean;
  readonly json?: true;
}

interface InitReport {
  /** As seen from the project's directory. */
  readonly written: readonly string[];
  /** Those that were there, which stay as they are. */
  readonly kept: readonly string[];
  readonly next: readonly string[];
  readonly dryRun: boolean;
}

const DOCS = 'https://github.com/cross-app/cross-app/blob/main/docs/getting-started.md';

const EXAMPLES = `
Writes an example with comments, and a knexfile where there is none, in the language of the project. A file that is there
stays as it is. Needs no database.

Examples:
  cross-app init source                                in the app that people leave from
  cross-app init target                                in the app that they arrive at
  cross-app init target --source-app shop --target-app tickets
  cross-app init source --json                         {"written":["src/cross-app-source.ts",…],"kept":[],"next":[…],"dryRun":false}`;

/** `cross-app init` */
export function addInitCommand(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description('Add the files of a first handoff to an Express app.')
    .addArgument(new Argument('<role>', "this app's").choices(['source', 'target']))
    .option('--source-app <id>', 'the app that people leave from', parseAppId, 'tuvens')
    .option('--target-app <id>', 'the app that they arrive at', parseAppId, 'hi-events')
    .option('--directory <path>', "where the app's package.json is", '.')
    .option('--dry-run', 'write nothing')
    .option('--json', 'print an object instead of sentences')
    .addHelpText('after', EXAMPLES)
    .action((role: Role, { sourceApp, targetApp, directory, dryRun = false, json }: InitFlags) => {
      const project = readProject(directory);
      const files = planFiles(project, role, { source: sourceApp, target: targetApp });
      const written = files.filter((file) => write(directory, file, dryRun)).map(({ path }) => path);
      const kept = files.map(({ path }) => path).filter((path) => !written.includes(path));
      const report = { written, kept, next: nextSteps(project, role), dryRun };
      terminal.writeOut(json ? `${JSON.stringify(report)}\n` : sentences(report));
    });
}

/** Whether it was not there. `wx` decides and writes in one step, so that nothing is ever overwritten. */
function write(directory: string, { path, text }: PlannedFile, dryRun: boolean): boolean {
  const file = join(directory, path);
  if (dryRun) return !existsSync(file);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Failure(1, `${file} cannot be written: ${(error as Error).message}`);
  }
}

function sentences({ written, kept, next, dryRun }: InitReport): string {
  return [
    ...written.map((path) => `${dryRun ? 'would write' : 'wrote'} ${path}`),
    ...kept.map((path) => `kept ${path}, which was there`),
    '',
    'What is left to do:',
    ...next.map((step, index) => `${index + 1}. ${step}`),
    '',
    `More: ${DOCS}`,
    '',
  ].join('\n');
}

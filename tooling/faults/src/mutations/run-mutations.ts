import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changesOf, MUTATIONS } from './mutations.js';
import type { Mutation } from './mutations.js';

const PACKAGES = join(__dirname, '../../../../packages');
const MUTATED = ['core', 'express', 'protocol', 'sdk'];
const RUN = require.resolve('@cross-app/jest/run.cjs');
const MAIN = join(__dirname, '..', 'main.ts');

export interface Verdict {
  readonly mutation: Mutation;
  /** The rules that were broken; none where nothing was found. */
  readonly caughtBy: readonly string[];
}

/** Runs each mutation by itself through the short run, in a copy of the packages. */
export async function* runMutations(seed: number, wanted: RegExp): AsyncGenerator<Verdict> {
  for (const mutation of MUTATIONS.filter(({ name }) => wanted.test(name))) {
    yield { mutation, caughtBy: await runMutated(mutation, ['--schedule', 'once', '--seed', String(seed)]) };
  }
}

/** Gives the rules that are broken in a run with these arguments, in a copy of the packages with this change. */
export async function runMutated(mutation: Mutation, args: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cross-app-mutation-'));
  try {
    copyPackages(folder);
    mutate(join(folder, mutation.file), mutation);
    return await runApart(folder, args);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function copyPackages(folder: string): void {
  for (const name of MUTATED) {
    const copy = join(folder, name);
    mkdirSync(copy, { recursive: true });
    cpSync(join(PACKAGES, name, 'src'), join(copy, 'src'), { recursive: true });
    symlinkSync(join(PACKAGES, name, 'node_modules'), join(copy, 'node_modules'));
  }
}

/** @throws RangeError when there is nothing to change, for then the mutation has to be written anew. */
function mutate(file: string, mutation: Mutation): void {
  let text = readFileSync(file, 'utf8');
  for (const { from, to } of changesOf(mutation)) {
    if (!text.includes(from)) throw new RangeError(`${mutation.name}: ${file} does not have what it changes`);
    text = text.replaceAll(from, () => to);
  }
  writeFileSync(file, text);
}

async function runApart(packages: string, given: readonly string[]): Promise<string[]> {
  const json = `${packages}.json`;
  const args = [RUN, MAIN, '--layout', 'partitioned', '--json', json, ...given];
  const env = { ...process.env, CROSS_APP_SOURCES: packages };
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(process.execPath, args, { env, maxBuffer: 2 ** 28 }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
    });
  });
  if (code > 1 || code < 0 || !existsSync(json)) throw new Error(`the run broke: ${output}`);
  const { violations } = JSON.parse(readFileSync(json, 'utf8')) as { violations: { rule: string }[] };
  rmSync(json);
  return [...new Set(violations.map(({ rule }) => rule))];
}

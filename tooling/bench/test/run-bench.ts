import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAIN = join(__dirname, '../main.mjs');

/** Runs a bench as somebody would who types it: what it prints, and the cases that it writes down. */
export async function runBench(
  name: string,
  args: readonly string[],
): Promise<{ stdout: string; cases: readonly unknown[] }> {
  const json = join(mkdtempSync(join(tmpdir(), 'bench-')), 'numbers.json');
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, name, ...args, '--json', json]);
  const { measured } = JSON.parse(readFileSync(json, 'utf8')) as { measured: { cases: readonly unknown[] } };
  return { stdout, cases: measured.cases };
}

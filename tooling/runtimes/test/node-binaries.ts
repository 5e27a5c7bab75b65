import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import matrix from '@cross-app/compatibility' with { type: 'json' };

const SCRIPTS = resolve(__dirname, '../scripts');

/** Real Node, as npm ships it for Linux on x64. */
export const NODES = matrix.nodes.map((major) => ({
  major,
  path: resolve(__dirname, `../node_modules/node-${major}/bin/node`),
}));

export const HAVE_NODES: boolean = NODES.every(({ path }) => existsSync(path));

/** Runs a script of this package with that Node, and gives the JSON that it prints. */
export async function run(
  node: string,
  [script, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { stdout } = await promisify(execFile)(node, [resolve(SCRIPTS, script), ...args], { env });
  return JSON.parse(stdout);
}

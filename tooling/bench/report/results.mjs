import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { REPORTS } from './benches.mjs';

/** What the benches have written into the folder, by name of the bench. */
export async function readResults(folder) {
  const results = new Map();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
    const result = JSON.parse(await readFile(join(folder, file), 'utf8'));
    const name = basename(file, '.json');
    if (result.bench !== name) throw new RangeError(`${file} is a result of ${result.bench}.`);
    if (!(name in REPORTS)) throw new RangeError(`${file}: report/benches.mjs has no ${name}.`);
    results.set(name, result);
  }
  return results;
}

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes the files, given as text by path; `null` is for one that goes. */
export async function writeFiles(files) {
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true });
    await (text === null ? rm(path) : writeFile(path, text));
  }
}

/** Says which files are not as given, and lets the process fail if there is one. */
export async function checkFiles(files) {
  for (const [path, text] of files) {
    if ((await textOf(path)) === text) continue;
    console.error(`${path} is not what the results give: npm run bench -- report`);
    process.exitCode = 1;
  }
}

async function textOf(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

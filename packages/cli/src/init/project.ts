import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.js';

/** What `cross-app init` has to know of the project it is to add files to. */
export interface Project {
  readonly language: 'TypeScript' | 'ESM' | 'CommonJS';
  /** Where its code is, as seen from its directory: `src` or ''. */
  readonly sources: string;
  /** The name of its knexfile, or null. */
  readonly knexfile: string | null;
  /** The packages that its package.json asks for. */
  readonly packages: ReadonlySet<string>;
}

interface Manifest {
  readonly type?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

const KNEXFILES = ['js', 'cjs', 'mjs', 'ts', 'cts', 'mts'].map((extension) => `knexfile.${extension}`);

/** @throws Failure (2) where there is no project with Express. */
export function readProject(directory: string): Project {
  const { type, dependencies, devDependencies } = readManifest(directory);
  const packages = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  if (!packages.has('express')) {
    throw new Failure(2, `${join(directory, 'package.json')} does not have express among its dependencies`);
  }
  const isThere = (name: string): boolean => existsSync(join(directory, name));
  return {
    language: isThere('tsconfig.json') ? 'TypeScript' : type === 'module' ? 'ESM' : 'CommonJS',
    sources: isThere('src') ? 'src' : '',
    knexfile: KNEXFILES.find(isThere) ?? null,
    packages,
  };
}

function readManifest(directory: string): Manifest {
  const file = join(directory, 'package.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Failure(2, `there is no ${file}; name the folder of your Express app with --directory`);
  }
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    throw new Failure(2, `${file} is not JSON`);
  }
}

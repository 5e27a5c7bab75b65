import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText, repositoryFiles, ROOT } from './documents.js';

const tracked = repositoryFiles();

/** `packages/core`, `apps/demo`, `tooling/bench` …: every folder that has a package.json. */
const folders = tracked
  .map((file) => /^((?:packages|apps|tooling|examples)\/[\w-]+)\/package\.json$/.exec(file)?.[1])
  .filter((folder) => folder !== undefined);

const tree = /^## The tree\n\n```\n([\s\S]*?)^```$/m.exec(readText('CONTRIBUTING.md'))?.[1] ?? '';

/** What the tree of CONTRIBUTING.md names: folders at the margin and below it, and the files after them. */
function namedInTree(): string[] {
  let parent = '';
  let folder = '';
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', name = ''] = /^( *)([\w.-]+(?:\/[\w.-]+)*\/?)/.exec(line) ?? [];
    if (indent === '') {
      parent = name;
      folder = name;
    } else if (indent.length === 2) {
      folder = `${parent}${name}`;
    }
    const below = [...line.matchAll(/(?<![\w/.-])(?:src|results)\/(?:[\w-]+(?:\.ts)?\/?)*/g)].map(
      ([path]) => `${folder}${path}`,
    );
    return [folder, ...below];
  });
}

describe('CONTRIBUTING.md', () => {
  it('has a tree of what is there', () => {
    expect(namedInTree().length).toBeGreaterThan(25);
    expect(namedInTree().filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names every package', () => {
    const named = namedInTree().map((path) => path.replace(/\/$/, ''));
    expect(folders.length).toBeGreaterThan(15);
    expect(folders.filter((folder) => !named.includes(folder))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names every package that is published, and every app', () => {
    const text = readText('ARCHITECTURE.md');
    const published = folders.filter((folder) => /^(packages|apps)\//.test(folder));
    expect(
      published.filter((folder) => !new RegExp(`\\b${folder.replace(/^\w+\//, '')}\\b`).test(text)),
    ).toEqual([]);
  });

  it('names files that are there', () => {
    const named = [
      ...readText('ARCHITECTURE.md').matchAll(/(?<![\w/.-])([\w-]+(?:\/[\w-]+)*\.(?:ts|sql))\b/g),
    ];
    const missing = named.filter(([, file = '']) => !tracked.some((path) => `/${path}`.endsWith(`/${file}`)));
    expect(named.length).toBeGreaterThan(60);
    expect(missing.map(([, file]) => file)).toEqual([]);
  });
});

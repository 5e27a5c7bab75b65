import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readText, ROOT } from './documents.js';

interface Manifest {
  readonly private?: boolean;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const PAGE = 'docs/decisions/0018-runtime-dependencies.md';

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

// One line for each: name, package, kind and licence.
function installed(): string[] {
  return readdirSync(join(ROOT, 'packages')).flatMap((folder) => {
    const home = join(ROOT, 'packages', folder);
    const {
      dependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = readManifest(join(home, 'package.json'));
    const peers = Object.keys(peerDependencies).map(
      (name) => [name, peerDependenciesMeta[name]?.optional === true ? 'optional' : 'peer'] as const,
    );
    return [...Object.keys(dependencies).map((name) => [name, 'runtime'] as const), ...peers]
      .filter(([name]) => !name.startsWith('@cross-app/'))
      .map(([name, kind]) => {
        const { license = '' } = readManifest(realpathSync(join(home, 'node_modules', name, 'package.json')));
        return `${name} of ${folder}: ${kind}, ${license}`;
      });
  });
}

function listed(): string[] {
  const rows = readText(PAGE).matchAll(/^\| `([^`]+)` +\| (\w+) +\| (\w+) +\| (\S+) +\| (\S.*?) +\|$/gm);
  return [...rows].map(
    ([, name = '', of = '', kind = '', licence = '']) => `${name} of ${of}: ${kind}, ${licence}`,
  );
}

describe('the page of the runtime dependencies', () => {
  it('gives for every runtime dependency of the published packages its licence and a reason', () => {
    expect(listed().length).toBeGreaterThan(20);
    expect(listed().sort()).toEqual(installed().sort());
  });
});

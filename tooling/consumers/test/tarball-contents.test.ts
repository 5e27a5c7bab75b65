import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import bounds from '../tarball-bounds.json' with { type: 'json' };
import { projectDir } from './project.js';

const SCOPE = join(projectDir('commonjs-express5'), 'node_modules/@cross-app');
const TARBALLS = join(projectDir('commonjs-express5'), '../tarballs');

const namesOf = (folder: string): string[] =>
  readdirSync(join(SCOPE, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(SCOPE, folder).length + 1));

// What the build writes beside what it compiles.
const MADE = /^dist\/(?:(?:cjs|esm)\/)?(?:package\.json|index\.mjs|index\.d\.mts)$/;

/** The source of a file in `dist`: `dist/cjs/token.d.ts.map` comes of `src/token.ts`. */
const sourceOf = (file: string): string =>
  file.replace(/^dist\/(?:(?:cjs|esm)\/)?/, 'src/').replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts');

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourceRoot?: string;
}

describe.each(Object.entries(bounds))('the tarball of @cross-app/%s', (name, bound) => {
  const path = (...file: string[]): string => join(SCOPE, name, ...file);
  const files = namesOf(name);
  const built = files.filter((file) => file.startsWith('dist/'));

  it('has no test, and nothing of an earlier build', () => {
    expect(
      files.filter((file) => /(?:^|[/.])(?:test|tests|__tests__|spec|fixture)(?:[/.]|$)/.test(file)),
    ).toEqual([]);
    const leftovers = built.filter((file) => !MADE.test(file) && !existsSync(path(sourceOf(file))));
    expect(leftovers).toEqual([]);
    expect(built.length).toBeGreaterThan(3);
  });

  it('has source maps for what is there, and they lead to sources that are there', () => {
    const maps = built.filter((file) => file.endsWith('.map'));
    const dangling = maps.flatMap((file) => {
      const { sources, sourceRoot = '' } = JSON.parse(readFileSync(path(file), 'utf8')) as SourceMap;
      const targets = [path(file.replace(/\.map$/, ''))].concat(
        sources.map((source) => join(dirname(path(file)), sourceRoot, source)),
      );
      return targets.filter((target) => !existsSync(target)).map((target) => [file, target]);
    });
    expect(dangling).toEqual([]);
    const unmapped = built.flatMap((file) => {
      const [, map] = /^\/\/# sourceMappingURL=(\S+)$/m.exec(readFileSync(path(file), 'utf8')) ?? [];
      return map !== undefined && !existsSync(join(dirname(path(file)), map)) ? [[file, map]] : [];
    });
    expect(unmapped).toEqual([]);
    expect(maps.length).toBeGreaterThan(3);
  });

  it(`is no larger than ${bound} bytes`, () => {
    const tarball = readdirSync(TARBALLS).find((file) => file.startsWith(`cross-app-${name}-`)) ?? '';
    expect(statSync(join(TARBALLS, tarball)).size).toBeLessThanOrEqual(bound);
  });
});

describe('tarball-bounds.json', () => {
  it('has a bound for every package', () => {
    const packed = readdirSync(TARBALLS).map((file) => /^cross-app-([a-z]+)-/.exec(file)?.[1]);
    expect(Object.keys(bounds).sort()).toEqual(packed.sort());
  });
});

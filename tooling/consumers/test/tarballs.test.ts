import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project.js';

const SCOPE = join(projectDir('commonjs-express5'), 'node_modules/@cross-app');

function filesOf(name: string): string[] {
  return readdirSync(join(SCOPE, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(SCOPE, name).length + 1));
}

const read = (...path: string[]): string => readFileSync(join(SCOPE, ...path), 'utf8');

describe.each(['protocol', 'core', 'express', 'sdk', 'cli', 'testing'])(
  'the tarball of @cross-app/%s',
  (name) => {
    it('has the build, the sources that its maps point to, a readme and the licence, and nothing else', () => {
      const other = filesOf(name).filter((file) => !/^(dist|src)\//.test(file));
      expect(other.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
      expect(filesOf(name).filter((file) => /\btest\b|tsbuildinfo|\.tgz$|\.env/.test(file))).toEqual([]);
      expect(filesOf(name).filter((file) => /^dist\/.*(?<!\.d)\.m?ts$/.test(file))).toEqual([]);
    });

    it('says what it needs in versions that npm knows', () => {
      const manifest = read(name, 'package.json');
      expect(manifest).not.toMatch(/workspace:|catalog:/);
      expect(JSON.parse(manifest)).toMatchObject({ license: 'MIT', engines: { node: '>=20.19' } });
    });
  },
);

describe('the tarball of @cross-app/core', () => {
  it.each([
    ['migrations', 6],
    ['user-migrations', 1],
    ['seeds', 1],
  ])('has nothing in dist/%s that knex would load and should not', (directory, files) => {
    const loaded = readdirSync(join(SCOPE, 'core/dist', directory)).filter((file) => !file.endsWith('.map'));
    expect(loaded).toHaveLength(files);
    for (const file of loaded) expect(file).toMatch(/\.js$/);
  });
});

describe('the tarball of @cross-app/cli', () => {
  it('has a command that can be run', () => {
    expect(read('cli/dist/main.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(() => {
      accessSync(join(SCOPE, 'cli/dist/main.js'), constants.X_OK);
    }).not.toThrow();
  });
});

describe('the scratch projects', () => {
  it('have one copy of every package', () => {
    const copies = readdirSync(projectDir('commonjs-express5'), { recursive: true })
      .map(String)
      .filter((path) => /node_modules\/(@cross-app\/\w+|knex|objection|pg|express)$/.test(path));
    expect(copies.sort()).toEqual(
      [
        ...['cli', 'core', 'express', 'protocol', 'sdk', 'testing'].map(
          (name) => `node_modules/@cross-app/${name}`,
        ),
        ...['express', 'knex', 'objection', 'pg'].map((name) => `node_modules/${name}`),
      ].sort(),
    );
  });
});

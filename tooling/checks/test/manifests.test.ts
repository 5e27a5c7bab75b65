import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText, ROOT } from './documents.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

const published = readdirSync(join(ROOT, 'packages')).map((folder) => ({
  folder,
  manifest: JSON.parse(readText(`packages/${folder}/package.json`)) as Manifest,
}));
const root = JSON.parse(readText('package.json')) as { license: string; engines: object };

describe('the packages that are published', () => {
  it('are six, of one version', () => {
    expect(published.map(({ folder }) => folder)).toEqual([
      'cli',
      'core',
      'express',
      'protocol',
      'sdk',
      'testing',
    ]);
    expect(new Set(published.map(({ manifest }) => manifest.version)).size).toBe(1);
  });

  it.each(published)('say the same of themselves: $folder', ({ folder, manifest }) => {
    expect(manifest).toMatchObject({
      name: `@cross-app/${folder}`,
      license: root.license,
      homepage: 'https://github.com/cross-app/cross-app#readme',
      bugs: { url: 'https://github.com/cross-app/cross-app/issues' },
      repository: {
        type: 'git',
        url: 'git+https://github.com/cross-app/cross-app.git',
        directory: `packages/${folder}`,
      },
      engines: root.engines,
      sideEffects: false,
      files: ['dist', 'src'],
    });
    expect(manifest.private).toBeUndefined();
    expect(manifest.description).toMatch(/^[A-Z].{30,120}[^.]$/);
    expect(manifest.keywords).toEqual(
      expect.arrayContaining(['sign-in', 'handoff', 'single-use token', 'cross-app', 'express']),
    );
    for (const file of ['README.md', 'LICENSE']) {
      expect(existsSync(join(ROOT, 'packages', folder, file))).toBe(true);
    }
  });

  it.each(published)('lead only to files that the build makes: $folder', ({ folder, manifest }) => {
    const leaves = (value: unknown): string[] =>
      typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves);
    const files = [...leaves(manifest.exports), ...leaves(manifest.bin)];
    expect(files).toContain('./package.json');
    for (const file of files)
      expect([file, existsSync(join(ROOT, 'packages', folder, file))]).toEqual([file, true]);
  });
});

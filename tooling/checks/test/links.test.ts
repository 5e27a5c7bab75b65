import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { markdownFiles, readText, ROOT } from './documents.js';

/** What a document points to inside the repository. */
function linksOf(file: string): string[] {
  return [...readText(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']) => target,
  );
}

/** The files that the table of threats names, below packages/ unless they begin with apps/. */
function filesOfThreats(): string[] {
  const named = [...readText('docs/security.md').matchAll(/`([\w-]+(?:\/[\w.-]+)+\/?)`/g)].map(
    ([, file = '']) => file,
  );
  return named.map((file) => (file.startsWith('apps/') ? file : `packages/${file}`));
}

describe('documents', () => {
  it.each(markdownFiles())('%s points to files that are there', (file) => {
    const missing = linksOf(file).filter((target) => !existsSync(join(ROOT, dirname(file), target)));
    expect(missing).toEqual([]);
  });

  it('docs/security.md names files and tests that are there', () => {
    expect(filesOfThreats().length).toBeGreaterThan(30);
    expect(filesOfThreats().filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

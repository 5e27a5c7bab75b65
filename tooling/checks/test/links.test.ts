import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { markdownFiles, readText, ROOT } from './documents.js';

/** What a document points to inside the repository. */
function linksOf(file: string): string[] {
  return [...readText(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']) => target,
  );
}

/** Links to a heading, here or in another document. */
function anchorsOf(file: string): { readonly target: string; readonly anchor: string }[] {
  return [...readText(file).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(
    ([, target = '', anchor = '']) => ({ target: documentAt(file, target), anchor }),
  );
}

// A folder of a package shows its README.
function documentAt(file: string, target: string): string {
  if (target === '') return file;
  const path = join(dirname(file), target);
  return path.endsWith('.md') ? path : join(path, 'README.md');
}

/** The headings of a document as GitHub names them in a URL. */
function headingsOf(file: string): string[] {
  const text = readText(file).replace(/^ *```[\s\S]*?^ *```$/gm, '');
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, title = '']) => {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

/** The files that the table of threats names, below packages/ unless they begin with apps/. */
function filesOfThreats(): string[] {
  const named = [...readText('docs/security.md').matchAll(/`([\w-]+(?:\/[\w.-]+)+\/?)`/g)].map(
    ([, file = '']) => file,
  );
  return named.map((file) => (/^(apps|tooling)\//.test(file) ? file : `packages/${file}`));
}

describe('documents', () => {
  it.each(markdownFiles())('%s points to files that are there', (file) => {
    const missing = linksOf(file).filter((target) => !existsSync(join(ROOT, dirname(file), target)));
    expect(missing).toEqual([]);
  });

  it.each(markdownFiles())('%s points to headings that are there', (file) => {
    const missing = anchorsOf(file).filter(
      ({ target, anchor }) => anchor !== 'readme' && !headingsOf(target).includes(anchor),
    );
    expect(missing).toEqual([]);
  });

  it('docs/security.md names for every threat a test that is there', () => {
    const threats = readText('docs/security.md')
      .split('\n')
      .filter((line) => /^\| \d+ /.test(line));
    expect(threats.length).toBeGreaterThanOrEqual(27);
    const named = threats.map((line) => [...line.matchAll(/`([\w./-]+\.test\.ts)`: "([^"]+)"/g)]);
    expect(named.filter((tests) => tests.length === 0)).toEqual([]);
    const missing = named.flat().filter(([, file = '', title = '']) => {
      const path = existsSync(join(ROOT, file)) ? file : `packages/${file}`;
      return !existsSync(join(ROOT, path)) || !readText(path).replaceAll("\\'", "'").includes(title);
    });
    expect(missing.map(([text]) => text)).toEqual([]);
  });

  it('docs/security.md names files and tests that are there', () => {
    expect(filesOfThreats().length).toBeGreaterThan(30);
    expect(filesOfThreats().filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { problemOf } from '../../src/pages/problem.js';
import { ENGLISH, PLACEHOLDERS } from '../../src/pages/texts.js';
import { PROBLEMS } from './sample-pages.js';

const page = readFileSync(join(__dirname, '../../../../docs/pages.md'), 'utf8');

/** The rows of the table whose header begins with that word, each as its cells. */
function rowsOf(header: string): string[][] {
  const [, table = ''] = page.split(new RegExp(`^\\| ${header} .*\n`, 'm'));
  const [rows = ''] = table.split(/^(?!\|)/m);
  return rows
    .split('\n')
    .slice(1, -1)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const words = (cell = ''): string[] => [...cell.matchAll(/`\{?([\w-]+)\}?`/g)].map(([, word = '']) => word);

describe('docs/pages.md', () => {
  it('has every text as it is', () => {
    const texts = rowsOf('text').map(([name = '', text]) => [name.replaceAll('`', ''), text]);
    expect(texts).toEqual(Object.entries(ENGLISH));
  });

  it('has the placeholders of every page, and the one of all problems', () => {
    const listed = rowsOf('page').map(([name = '', names]) => [name.replaceAll('`', ''), words(names)]);
    const others = Object.entries(PLACEHOLDERS).filter(([group]) => !PROBLEMS.some((name) => name === group));
    expect(listed).toEqual([...others, ['every problem', ['app']]]);
    for (const problem of PROBLEMS) expect(PLACEHOLDERS[problem]).toEqual(['app']);
  });

  it('has every problem with its codes', () => {
    const codes = Object.keys(ERRORS) as CrossAppErrorCode[];
    expect(rowsOf('problem').map(([name, , listed]) => [...words(name), words(listed)])).toEqual(
      PROBLEMS.map((problem) => [problem, codes.filter((code) => problemOf(code) === problem)]),
    );
  });
});

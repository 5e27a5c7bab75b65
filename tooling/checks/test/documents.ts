import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT: string = resolve(__dirname, '../../..');

/** Every Markdown file of the repository, by its path from the root. */
export function markdownFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: ROOT,
  });
  return listed
    .toString()
    .split('\n')
    .filter((file) => file !== '' && !file.startsWith('.changeset/'));
}

export function readText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

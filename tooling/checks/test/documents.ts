import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT: string = resolve(__dirname, '../../..');

/** Every file of the repository that git does not ignore, by its path from the root. */
export function repositoryFiles(): string[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
    .toString()
    .split('\n')
    .filter((file) => file !== '');
}

/** The Markdown files among them that are there for readers. */
export function markdownFiles(): string[] {
  return repositoryFiles().filter((file) => file.endsWith('.md') && !file.startsWith('.changeset/'));
}

export function readText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** A command that a document shows, and what it shows below it. */
export interface ConsoleExample {
  readonly command: string;
  readonly shown: string;
}

/** Every `$ command` of the document's console blocks. A line that ends with a backslash goes on in the next one. */
export function consoleExamples(file: string): ConsoleExample[] {
  const blocks = [...readText(file).matchAll(/^```console\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = ''] = /^(?:.*\\\n)*.*/.exec(text) ?? [];
        return { command, shown: text.slice(command.length + 1) };
      }),
  );
}

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import { consoleExamples, ROOT } from './documents.js';
import type { ConsoleExample } from './documents.js';

const MAIN = join(ROOT, 'packages/cli/dist/main.js');

/**
 * What is the same each time: numbers, times, tokens, ids of secrets and the widths of columns are not, nor how many days and
 * partitions there are, nor what a check says of this server.
 */
function shape({ command, shown }: ConsoleExample): ConsoleExample {
  const lines = shown
    .replace(/handoff_[\w-]{56}|handoff_…/g, 'TOKEN')
    // The ids of secrets.
    .replace(/\b[0-9a-f]{8}\b/g, 'ID')
    .replace(/\d+/g, '#')
    .replace(/#([.,:T_-]#)+Z?/g, '#')
    .replace(/\b(row|session)s\b/g, '$1')
    .split('\n')
    .filter((line) => !line.startsWith(' '.repeat(10)))
    .map((line) =>
      line
        .replace(/^(ok|warn|fail) +(\S+).*/, '$2')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line, index, all) => line !== '' && line !== all[index - 1]);
  const isTable = /^cross-app (stats|health)/.test(command);
  const stable = isTable ? lines.filter((line) => !/#|–/.test(line)) : lines;
  return { command, shown: stable.filter((line) => !line.startsWith('# failed')).join('\n') };
}

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  folder = mkdtempSync(join(tmpdir(), 'operations-'));
  const command = join(folder, 'cross-app');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(command, 0o755);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

function run(command: string): Promise<string> {
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    NODE_ENV: 'development',
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
  };
  return new Promise((resolve) => {
    // What a reader sees is both streams; an exit code may be part of the example.
    execFile('/bin/bash', ['-c', `{ ${command}\n} 2>&1`], { cwd: folder, env }, (_error, stdout) => {
      resolve(stdout);
    });
  });
}

describe('docs/operations.md', () => {
  it('shows what its commands print, one after the other on one database', async () => {
    const all = consoleExamples('docs/operations.md');
    expect(all.length).toBeGreaterThan(12);
    for (const example of all) {
      const { command } = example;
      expect(shape({ command, shown: await run(command) })).toEqual(shape(example));
    }
  }, 120_000);
});

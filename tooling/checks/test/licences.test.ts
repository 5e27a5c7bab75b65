import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText, ROOT } from './documents.js';

const PACKAGES = ['cli', 'core', 'express', 'protocol', 'sdk', 'testing'];
// These ask for no more than to be named: whoever installs the packages may do with them what they like.
const ALLOWED = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'];
const PAGE = 'docs/licences.md';

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** As Node finds it: in the `node_modules` beside the package, or of a folder around it. */
function find(name: string, from: string): string | undefined {
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return realpathSync(found);
    if (folder === dirname(folder)) return undefined;
  }
}

/** What comes along when the packages are installed, by name: the licences, and which of the packages need it. */
function installed(): Map<string, { licences: Set<string>; neededBy: Set<string> }> {
  const all = new Map<string, { licences: Set<string>; neededBy: Set<string> }>();
  const visit = (folder: string, root: string, seen: Set<string>): void => {
    if (seen.has(folder)) return;
    seen.add(folder);
    const { name, license, ...manifest } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Installed;
    if (!name.startsWith('@cross-app/')) {
      const entry = all.get(name) ?? { licences: new Set(), neededBy: new Set() };
      entry.licences.add(typeof license === 'object' ? license.type : (license ?? 'none'));
      entry.neededBy.add(root);
      all.set(name, entry);
    }
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    const peers = Object.keys(peerDependencies).filter(
      (peer) => peerDependenciesMeta[peer]?.optional !== true,
    );
    for (const needed of [...Object.keys(dependencies), ...peers]) {
      const next = find(needed, folder);
      if (next === undefined) throw new TypeError(`${name} needs ${needed}, which is not installed`);
      visit(next, root, seen);
    }
  };
  for (const root of PACKAGES) visit(realpathSync(join(ROOT, 'packages', root)), root, new Set());
  return all;
}

/** `(MIT OR Apache-2.0)` lets us choose; `MIT AND ISC` asks for both. */
function isAllowed(licence: string): boolean {
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => ALLOWED.includes(one)));
}

describe('what is installed with the packages', () => {
  const all = [...installed()].sort(([a], [b]) => (a < b ? -1 : 1));

  it('has licences that let everybody use it', () => {
    const refused = all.filter(([, { licences }]) => ![...licences].every(isAllowed));
    expect(refused).toEqual([]);
    expect(all.length).toBeGreaterThan(20);
  });

  it(`is listed in ${PAGE}`, () => {
    const rows = all.map(
      ([name, { licences, neededBy }]) =>
        `- ${name}: ${[...licences].join(', ')} (${[...neededBy].join(', ')})`,
    );
    const list = `<!-- list -->\n\n${rows.join('\n')}\n`;
    const before = readText(PAGE).split('<!-- list -->')[0] ?? '';
    if (process.env['UPDATE_LICENCES'] === '1') writeFileSync(join(ROOT, PAGE), before + list);
    expect(readText(PAGE)).toBe(before + list);
  });
});

// What docs/reliability.md says there is, is what the code has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../src/checker/check.js';
import { DEFENCES } from '../src/mutations/controls.js';
import { MUTATIONS } from '../src/mutations/mutations.js';
import { FAULTS } from '../src/run/schedule.js';

const ROOT = join(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8');

/** The cells of the table whose first heading this is, without its head. */
function tableOf(heading: string): string[][] {
  const lines = page.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) =>
    line
      .replaceAll('`', '')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const plain = (text: string): string => text.replaceAll('`', '');

it('has every rule, and what it stands for', () => {
  const rules = tableOf('rule').map(([name, because]) => ({ name, because }));
  expect(rules).toEqual(RULES.map(({ name, because }) => ({ name, because: plain(because) })));
});

it('has every mutation, in its order', () => {
  expect(tableOf('mutation').map(([name]) => name)).toEqual(MUTATIONS.map(({ name }) => plain(name)));
});

it('has every control, with the defence that it takes away', () => {
  const controls = page.slice(page.indexOf('npm run faults -- controls'));
  for (const [fault, defence] of Object.entries(DEFENCES)) {
    const row = controls
      .split('\n')
      .find((line) => line.startsWith(`| ${fault} `) || line.startsWith(`| \`${fault}\` `));
    expect(plain(row ?? '')).toContain(`| ${defence} `);
  }
});

it('says why the other faults have no control', () => {
  const others = FAULTS.filter(({ name }) => !(name in DEFENCES)).map(({ name }) => name);
  const said = page.slice(page.indexOf('What has no row here'));
  expect(others).toEqual(['migrate', 'VACUUM FULL', 'purge of revocations']);
  for (const name of others) expect(said).toContain(name.replace(' of revocations', ''));
});

it.each(MUTATIONS)('can take from the packages what $name takes', ({ file, from, and }) => {
  const text = readFileSync(join(ROOT, 'packages', file), 'utf8');
  expect([from, and?.from ?? from].filter((line) => !text.includes(line))).toEqual([]);
});

// What docs/reliability.md says there is, is what the code has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../src/checker/check.js';
import { DEFENCES } from '../src/mutations/controls.js';
import { changesOf, MUTATIONS } from '../src/mutations/mutations.js';
import { FAULTS } from '../src/run/schedule.js';

const ROOT = join(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8');

const plain = (text: string): string => text.replaceAll('`', '');
const cellsOf = (line: string): string[] =>
  plain(line)
    .split(/ *\| */)
    .slice(1, -1);

/** The cells of the table that has this heading, without its head. */
function tableOf(heading: string): string[][] {
  const lines = page.split('\n');
  const head = lines.findIndex((line) => cellsOf(line).includes(heading));
  const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map(cellsOf);
}

it('has every rule, and what it stands for', () => {
  const rules = tableOf('rule').map(([name, because]) => ({ name, because }));
  expect(rules).toEqual(RULES.map(({ name, because }) => ({ name, because: plain(because) })));
});

it('has every mutation, in its order', () => {
  expect(tableOf('mutation').map(([name]) => name)).toEqual(MUTATIONS.map(({ name }) => plain(name)));
});

it('has every control, with the defence that it takes away', () => {
  const controls = tableOf('its defence taken away').map(([fault = '', defence]) => [fault, defence]);
  expect(Object.fromEntries(controls)).toEqual(DEFENCES);
});

it('says why the other faults have no control', () => {
  const others = FAULTS.filter(({ name }) => !(name in DEFENCES)).map(({ name }) => name);
  const said = page.slice(page.indexOf('What has no row here'));
  expect(others).toEqual(['migrate', 'VACUUM FULL', 'purge of revocations']);
  for (const name of others) expect(said).toContain(name.replace(' of revocations', ''));
});

it.each(MUTATIONS)('can take from the packages what $name takes', (mutation) => {
  const text = readFileSync(join(ROOT, 'packages', mutation.file), 'utf8');
  expect(changesOf(mutation).filter(({ from }) => !text.includes(from))).toEqual([]);
});

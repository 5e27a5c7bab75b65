import { runCommand } from './assembled-apps.js';
import { readText } from './documents.js';

// The page documents `cross-app --help` and the help of each command: names and options, and nothing more.
const sections = new Map(
  readText('docs/cli.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...text] = section.split('\n');
      return [heading, text.join('\n')] as const;
    }),
);

function helpOf(command: string): Promise<string> {
  return runCommand(`cross-app ${command} --help`.replace('  ', ' '), '');
}

const commandsIn = (help: string): string[] =>
  [...(/^Commands:\n([\s\S]*?)^\S/m.exec(`${help}\n.`)?.[1] ?? '').matchAll(/^ {2}([a-z-]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');

const optionsIn = (help: string): string[] =>
  [
    ...(/^Options:\n([\s\S]*?)^(?:\S|$)/m.exec(`${help}\n.`)?.[1] ?? '').matchAll(
      /^ {2}(?:-\w, )?(--[a-z-]+)/gm,
    ),
  ]
    .map(([, name = '']) => name)
    .filter((name) => name !== '--help' && name !== '--version');

describe('docs/cli.md', () => {
  it('has a section for each command, and for no other', async () => {
    const commands = commandsIn(await helpOf(''));
    const ofApps = commandsIn(await helpOf('app')).map((name) => `app ${name}`);
    expect(commands.length).toBeGreaterThan(10);
    expect([...sections.keys()].sort()).toEqual([...commands, ...ofApps].sort());
  });

  it.each([...sections.keys()])('lists the options of cross-app %s', async (command) => {
    const listed = [...(sections.get(command) ?? '').matchAll(/(?:^|· |·\n)`(--[a-z-]+)`/gm)];
    const options = optionsIn(await helpOf(command));
    expect(listed.map(([, name = '']) => name).sort()).toEqual(options.sort());
  });

  it('says of each command what its help says', async () => {
    const rows = [...readText('docs/cli.md').matchAll(/^\| \[`([a-z-]+)`\]\(#[a-z-]+\) +\| (.*?) +\|/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, command = '', text = ''] of rows) {
      const help = (await helpOf(command)).replace(/\s+/g, ' ');
      expect(help).toContain(text);
    }
  });
});

import { readFile } from 'node:fs/promises';
import { markdown } from './markdown.mjs';
import { REPORTS } from './benches.mjs';

const BENCHES = new URL('../', import.meta.url);

/** What the document says of a bench: its own words, where and how it was measured, its tables and plots. */
export async function renderSection(name, result, plotsFolder) {
  const words = await wordsOf(name);
  const measured =
    result === undefined ? notMeasured(name) : measuredParts(result, REPORTS[name], plotsFolder);
  return [words, ...measured].filter((part) => part !== '').join('\n\n');
}

async function wordsOf(name) {
  try {
    return (await readFile(new URL(`${name}/section.md`, BENCHES), 'utf8')).trim();
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function notMeasured(name) {
  return ['Not measured yet:', shell(withJson(`npm run bench -- ${name}`, name))];
}

function measuredParts(result, { tables, plots }, plotsFolder) {
  return [
    `${circumstances(result)} To repeat it:`,
    shell(withJson(result.command, result.bench)),
    ...tables(result).flatMap(({ title, ...table }) => [`**${title}**`, markdown(table)]),
    ...plots(result).map(({ file, option }) => `![${option.title.text}](${plotsFolder}/${file})`),
  ];
}

function circumstances({ date, machine, options }) {
  const { cores, cpu, memoryGiB, node, postgres } = machine;
  const on = `${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, PostgreSQL ${postgres}`;
  return `${date}, ${on}${sizes(options)}.`;
}

// Numbers are sizes; the other options choose what is measured, which the tables show.
function sizes(options) {
  const isSize = (value) => [value].flat().every((each) => typeof each === 'number');
  return Object.entries(options)
    .filter(([, value]) => isSize(value))
    .map(([name, value]) => `; ${inWords(name)} ${[value].flat().join(', ')}`)
    .join('');
}

function inWords(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function withJson(command, name) {
  return `${command} --json tooling/bench/results/${name}.json`;
}

function shell(command) {
  return `\`\`\`sh\n${command}\n\`\`\``;
}

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { barsTable } from './bars-table.mjs';
import { REPORTS } from './benches.mjs';
import { fillMarkers } from './markers.mjs';
import { readResults } from './results.mjs';
import { renderPlot } from './render-plot.mjs';
import { renderSection } from './section.mjs';

/** The document and its plots as the results want them: text by path, and `null` for a plot that nothing gives any more. */
export async function renderAll({ results: folder, document }) {
  const results = await readResults(folder);
  const plotsFolder = document.replace(/\.md$/, '');
  const obsolete = (await plotsIn(plotsFolder)).map((file) => [join(plotsFolder, file), null]);
  const plots = [...results].flatMap(([name, result]) => REPORTS[name].plots(result));
  return new Map([
    ...obsolete,
    ...plots.map(({ file, option }) => [join(plotsFolder, file), renderPlot(option)]),
    [document, await renderDocument(document, results)],
  ]);
}

async function renderDocument(document, results) {
  const filled = await fillMarkers(await readFile(document, 'utf8'), [...results.keys()], (name) =>
    name === 'bars' ? barsTable(results) : renderSection(name, results.get(name), basename(document, '.md')),
  );
  return format(filled, { ...(await resolveConfig(document)), parser: 'markdown' });
}

async function plotsIn(folder) {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith('.svg'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

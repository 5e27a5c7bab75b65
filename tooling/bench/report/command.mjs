import { Option } from 'commander';
import { checkFiles, writeFiles } from './files.mjs';
import { renderAll } from './render-all.mjs';

/** What the committed results say, as a document with plots. */
export function addReport(program) {
  program
    .command('report')
    .description('Writes the tables and plots of the results into the document.')
    .option('--results <folder>', 'where the benches have written', 'tooling/bench/results')
    .option('--document <file>', 'what to write into; the plots go beside it', 'docs/performance.md')
    .addOption(new Option('--check', 'write nothing, and fail where something differs'))
    .action(async ({ results, document, check }) => {
      const files = await renderAll({ results, document });
      await (check ? checkFiles(files) : writeFiles(files));
    });
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export interface Plot {
  readonly file: string;
  readonly option: {
    readonly series: readonly {
      readonly name: string;
      readonly type: string;
      readonly stack?: string;
      readonly data: readonly unknown[];
    }[];
  };
}

/** What a bench draws of a result. Made in Node, as jest does not load the modules of the bench. */
export async function plotsOf(bench: string, result: object): Promise<Plot[]> {
  const report = pathToFileURL(join(__dirname, `../${bench}/report.mjs`)).href;
  const script = `
    import { plots } from ${JSON.stringify(report)};
    console.log(JSON.stringify(plots(JSON.parse(process.argv[1]))));`;
  const args = ['--input-type=module', '--eval', script, JSON.stringify(result)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Plot[];
}

import { dirname, join } from 'node:path';
import { projectDir, PROJECTS, run } from './project.js';

const TSC = join(dirname(require.resolve('@typescript/native/package.json')), 'bin/tsc');

describe.each(PROJECTS)('in a %s project', (project) => {
  it('an app with all packages that are imported compiles, strictly and with every library checked', async () => {
    const cwd = join(projectDir(project), 'typescript');
    expect(await run({ cwd }, process.execPath, TSC, '-p', '.')).toEqual({ exitCode: 0, out: '', error: '' });
  });
});

import { join } from 'node:path';
import { compile, projectDir, PROJECTS } from './project.js';

describe.each(PROJECTS)('in a %s project', (project) => {
  it('an app with all packages that are imported compiles, strictly and with every library checked', async () => {
    const cwd = join(projectDir(project), 'typescript');
    expect(await compile(cwd)).toEqual({ exitCode: 0, out: '', error: '' });
  });
});

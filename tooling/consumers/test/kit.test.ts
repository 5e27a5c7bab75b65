import { projectDir, PROJECTS, run } from './project.js';

describe.each(PROJECTS)('in a %s project', (project) => {
  it('the kit for tests plays a source app and a browser', async () => {
    const found = await run({ cwd: projectDir(project) }, 'node', 'kit.js');
    expect(found).toEqual({ exitCode: 0, out: 'ada@example.com\n', error: '' });
  });
});

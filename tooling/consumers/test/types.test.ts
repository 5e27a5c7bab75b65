import { join } from 'node:path';
import matrix from '@cross-app/compatibility' with { type: 'json' };
import { compile, projectDir } from './project.js';

const cases = matrix.types.flatMap(({ projects, ...type }) =>
  projects.map((project) => ({ ...type, project })),
);

describe.each(cases)(
  'TypeScript $typescript with moduleResolution $moduleResolution in a $project project',
  ({ typescript, module, moduleResolution, project }) => {
    it('compiles an app with all packages that are imported, strictly and with every library checked', async () => {
      const options = ['--module', module, '--moduleResolution', moduleResolution];
      // It says itself that it goes.
      if (moduleResolution === 'node10') options.push('--ignoreDeprecations', '6.0');
      const cwd = join(projectDir(project), 'typescript');
      expect(await compile(cwd, typescript, options)).toEqual({ exitCode: 0, out: '', error: '' });
    });
  },
);

import { openEmptyDatabase, projectDir, run } from './project.js';

describe('in a CommonJS project on Express 4 with jest as it is by default', () => {
  it('tests of a handoff pass, and of the kit', async () => {
    const { url } = await openEmptyDatabase();
    const { exitCode, error } = await run({ cwd: projectDir('jest'), url }, 'npx', 'jest');
    expect(error).toMatch(/^Tests: +3 passed, 3 total$/m);
    expect(exitCode).toBe(0);
  });
});

import { crossApp } from './cross-app.js';

describe('cross-app', () => {
  it.each([[['--help']], [['migrate', '--help']], [['rollback', '--help']], [['seed', '--help']]])(
    '%j explains itself and the exit codes',
    async (args) => {
      const { exitCode, out, error } = await crossApp(args);
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      expect(out).toMatch(/Usage: cross-app/);
      expect(out).toMatch(/Exit codes:\n +0 +done\n +1 +failed.*\n +2 +wrong usage/);
    },
  );

  it.each(['migrate', 'rollback', 'seed'])('%s --help has examples', async (command) => {
    const { out } = await crossApp([command, '--help']);
    expect(out).toContain(`Examples:\n  cross-app ${command}`);
  });

  it('--version prints the version', async () => {
    expect((await crossApp(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('alone shows the help, as wrong usage', async () => {
    const { exitCode, out, error } = await crossApp([]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(/Usage: cross-app/);
  });

  it.each([
    [['migrat'], /unknown command 'migrat'/],
    [['migrate', '--force'], /unknown option '--force'/],
    [['migrate', 'now'], /too many arguments for 'migrate'/],
    [['migrate', '--user-id-type', 'varchar'], /'varchar' is invalid\. Allowed choices are integer, bigint/],
    [
      ['migrate', '--with-user-tables', '--users-table', 'people'],
      /cannot be used with option '--users-table/,
    ],
    [['migrate', '--users-table', 'a; DROP'], /tables\.users must be a name or schema\.name/],
  ])('%j is wrong usage', async (args, sentence) => {
    const { exitCode, out, error } = await crossApp(args, 'postgres://127.0.0.1:1/none');
    expect(error).toMatch(sentence);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it.each([
    [['postgres://me:hunter2@db/x']],
    [['migrate', '--databaseurl=postgres://me:hunter2@db/x']],
    [['migrate', '--user-id-type', 'postgres://me:hunt@er2@db/x?password=hunter2']],
  ])('%j does not repeat the password', async (args) => {
    const { exitCode, error } = await crossApp(args);
    expect(exitCode).toBe(2);
    expect(error).not.toMatch(/hunt|er2/);
  });
});

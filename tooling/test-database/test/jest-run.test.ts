import { type PostgresServer, startPostgres } from '@cross-app/test-database/server';
import { join } from 'node:path';
import { type Child, startNode } from './child.js';
import { query, testDatabases } from './query.js';
import { Scratch } from './scratch.js';
import { until } from './until.js';

const JEST = [
  require.resolve('jest/bin/jest'),
  '--config',
  join(__dirname, 'fixture/jest.config.cjs'),
  '--ci',
];
const WITH_POSTGRES = [join(__dirname, '../with-postgres.cjs'), process.execPath];

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  return startNode(command, { TMPDIR: scratch.path, ...env });
}

describe.each([
  ['alone', JEST],
  ['below with-postgres', [...WITH_POSTGRES, ...JEST]],
])('jest %s', (_, jest) => {
  it('leaves nothing behind when every file passes, if not at once', async () => {
    const child = run([...jest, 'passing', 'flaky']);
    expect([await child.ended, child.output()]).toEqual([
      0,
      expect.stringContaining('Tests:       3 passed'),
    ]);
    expect(scratch.leftovers()).toEqual([]);
  });

  it('keeps the databases of failed files, and says how to reach them', async () => {
    const child = run([...jest, 'passing', 'failing', 'failing-hook']);
    expect(await child.ended).toBe(1);
    const [, url = ''] = await child.prints(
      /^test\/failing\.test\.ts failed; its database is kept: psql (.*)$/m,
    );
    expect(child.output()).toMatch(/^test\/failing-hook\.test\.ts failed; its database is kept/m);

    const [, reopen = '', dir = ''] = await child.prints(/To start their server again: node (.*) (.*)$/m);
    expect(scratch.leftovers()).toEqual([dir]);
    const reopened = run([reopen, dir]);
    const [, urlWithPassword = ''] = await reopened.prints(/^psql (.*_failing_\w+)$/m);
    await reopened.prints(/Ctrl-C/);
    expect(urlWithPassword.replace(':postgres@', '@')).toBe(url);
    expect(await query(urlWithPassword, 'SELECT text FROM note')).toEqual(['migrated', 'evidence']);
    expect(await testDatabases(urlWithPassword)).toEqual([
      expect.stringContaining('_failing_'),
      expect.stringContaining('_failing_hook_'),
    ]);
    reopened.interrupt();
    expect(await reopened.ended).toBe(0);
    expect(scratch.leftovers()).toEqual([dir]);
  });

  it('ends even if a test has left something open, and says which one failed', async () => {
    const child = run([...jest, 'leaking', 'passing']);
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('Tests:       1 failed, 2 passed');
  });

  describe('on the server of DATABASE_URL', () => {
    let given: PostgresServer;
    beforeEach(async () => {
      given = await startPostgres();
    });
    afterEach(() => given.stop());

    it('leaves no database behind when every file passes', async () => {
      const child = run([...jest, 'passing', 'flaky'], { DATABASE_URL: given.url });
      expect([await child.ended, child.output()]).toEqual([
        0,
        expect.stringContaining('Tests:       3 passed'),
      ]);
      expect(await testDatabases(given.url)).toEqual([]);
      expect(scratch.leftovers()).toEqual([]);
    });

    it('leaves only the databases of failed files', async () => {
      const child = run([...jest, 'passing', 'failing.test'], { DATABASE_URL: given.url });
      expect(await child.ended).toBe(1);
      const [name] = await child.prints(/cross_app_test_\w+_failing_\w+/);
      expect(await testDatabases(given.url)).toEqual([name]);
    });

    it('leaves no database behind on Ctrl-C', async () => {
      const child = run([...jest, 'hanging'], { DATABASE_URL: given.url });
      await child.prints(/hanging now/);
      child.interrupt();
      await child.ended;
      await until(async () => (await testDatabases(given.url)).length === 0);
      expect(scratch.leftovers()).toEqual([]);
    });
  });

  it('leaves nothing behind on Ctrl-C', async () => {
    const child = run([...jest, 'hanging']);
    await child.prints(/hanging now/);
    child.interrupt();
    await child.ended;
    await until(() => scratch.leftovers().length === 0);
    expect(child.output()).not.toContain('kept');
  });
});

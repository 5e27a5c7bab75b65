import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

describe.each(['plain', 'partitioned'])('cross-app health, %s', (layout) => {
  let scratch: Scratch;
  beforeEach(async () => {
    scratch = await openScratch();
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
  });
  afterEach(() => scratch.close());

  it('prints each check and the sum, then what the statistics say, and exits with 0', async () => {
    const { exitCode, out, error } = await scratch.crossApp('health');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const [checks = '', tables = ''] = out.split('\n\n');
    expect(checks).toMatch(/^ok {4}migrations {6}7 migrations applied\n/);
    expect(checks).toMatch(
      /\nok {4}clock {11}this machine's clock is less than a second from the database's\n/,
    );
    expect(checks).toMatch(/\n0 failed, 0 warnings, 15 ok$/);
    expect(checks.split('\n')).toHaveLength(16);
    expect(tables).toMatch(/^counted since the database was made\ntable {2,}live rows {2}dead {2}inserts /);
    expect(tables).toMatch(/\npublic\.cross_app_sessions {2,}0 {5}0 /);
    expect(tables.includes('public.cross_app_sessions_default')).toBe(layout === 'partitioned');
    expect(out).toMatch(/\n\nindex {2,}scans {2}reads {2}fetches\n/);
    expect(out).toMatch(/\nidx_cross_app_sessions_token_hash {2,}\d+ +\d+ +\d+\n/);
  });

  it('exits with 1 for a warning and 2 for a failure, and says what to do', async () => {
    await scratch.knex.raw('DROP INDEX idx_cross_app_sessions_user_id');
    const warning = await scratch.crossApp('health');
    expect(warning).toMatchObject({ exitCode: 1, error: '' });
    expect(warning.out).toContain('warn  indexes         missing: idx_cross_app_sessions_user_id\n');
    expect(warning.out).toMatch(/\n {22}CREATE INDEX .*\n/);
    expect(warning.out).toContain('0 failed, 1 warning, 14 ok\n');
    await scratch.knex.raw('DROP INDEX idx_cross_app_sessions_token_hash');
    const failure = await scratch.crossApp('health');
    expect(failure).toMatchObject({ exitCode: 2, error: '' });
    expect(failure.out).toContain('1 failed, 0 warnings, 14 ok\n');
  });

  it('with --json prints the report, and exits likewise', async () => {
    await scratch.knex.raw('DROP INDEX idx_cross_app_sessions_user_id');
    const { exitCode, out } = await scratch.crossApp('health', '--json');
    expect(exitCode).toBe(1);
    const report = JSON.parse(out) as { checks: { name: string }[] };
    expect(report).toMatchObject({
      status: 'warn',
      table: 'public.cross_app_sessions',
      activity: { sessions: { inserts: 0 } },
    });
    expect(report.checks).toContainEqual({
      name: 'indexes',
      status: 'warn',
      message: 'missing: idx_cross_app_sessions_user_id',
      advice: expect.stringMatching(/^CREATE INDEX /),
      values: { missing: 1, invalid: 0 },
    });
  });

  it('with --prometheus prints metrics, and exits likewise', async () => {
    const table = '{table="public.cross_app_sessions"}';
    const { exitCode, out } = await scratch.crossApp('health', '--prometheus');
    expect(exitCode).toBe(0);
    expect(out).toContain(
      `# HELP cross_app_health_status The worst of the checks: 0 ok, 1 warn, 2 fail.\n# TYPE cross_app_health_status gauge\ncross_app_health_status${table} 0\n`,
    );
    expect(out).toContain(`cross_app_sessions_live_rows${table} 0\n`);
    for (const line of out.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) cross_app_[a-z_]+ \S.*|cross_app_[a-z_]+(\{[^}]*\})? -?[\d.e+-]+|)$/,
      );
    }
    await scratch.knex.raw('DROP INDEX idx_cross_app_sessions_token_hash');
    const failing = await scratch.crossApp('health', '--prometheus');
    expect(failing.exitCode).toBe(2);
    expect(failing.out).toContain(`cross_app_health_status${table} 2\n`);
  });

  it('takes the retention and thresholds', async () => {
    await scratch.knex.raw(`INSERT INTO users (id, email) VALUES (11, 'ada@example.com');
      INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
      VALUES (repeat('ab', 32), 11, now() - interval '3 days')`);
    const health = async (...args: string[]) => (await scratch.crossApp('health', ...args)).exitCode;
    const cleanup = async (...args: string[]): Promise<unknown> => {
      const { out } = await scratch.crossApp('health', '--json', ...args);
      const { checks } = JSON.parse(out) as { checks: { name: string; status: string }[] };
      return checks.find(({ name }) => name === 'cleanup')?.status;
    };
    expect(await cleanup()).toBe('warn');
    expect(await cleanup('--retention', '4d')).toBe('ok');
    expect(await cleanup('--threshold', 'cleanupLagSeconds=3600,7200')).toBe('fail');
    expect(await cleanup('--threshold', 'cleanupLagSeconds=never,never')).toBe('ok');
    expect(await health('--threshold', 'sizeBytes=0,0', '--threshold', 'clockSeconds=5,60')).toBe(2);
  });

  it('run by two at once says the same', async () => {
    const outcomes = await Promise.all([scratch.crossApp('health'), scratch.crossApp('health')]);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  it.each([
    [['--threshold', 'clockSeconds=5'], /It is a name and two limits, such as/],
    [['--threshold', 'clockSeconds=5,soon'], /It is a name and two limits, such as/],
    [['--threshold', 'clock=5,60'], /^error: thresholds has no option "clock"; it takes sizeBytes, /],
    [['--retention', '30'], /It is a number and a unit/],
    [['--json', '--prometheus'], /cannot be used with/],
    [['--sessions-table', 'a b'], /must be a name/],
  ])('refuses %j', async (args, sentence) => {
    const { exitCode, out, error } = await scratch.crossApp('health', ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(sentence);
  });
});

describe('cross-app health, when there is nothing to ask,', () => {
  const NOWHERE = 'postgres://me:hunter2@127.0.0.1:1/tuvens';

  it('exits with 2 when the database cannot be reached', async () => {
    const { exitCode, out, error } = await crossApp(['health'], NOWHERE);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(/^error: cannot connect to PostgreSQL at 127\.0\.0\.1:1: [^\n]+\n$/);
  });

  it('with --json says so in the object too', async () => {
    const { exitCode, out } = await crossApp(['health', '--json'], NOWHERE);
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toEqual({
      status: 'fail',
      error: expect.stringMatching(/^cannot connect to PostgreSQL at 127\.0\.0\.1:1/),
    });
  });

  it('with --prometheus says so in a metric', async () => {
    const { exitCode, out } = await crossApp(['health', '--prometheus'], NOWHERE);
    expect(exitCode).toBe(2);
    expect(out).toMatch(/\ncross_app_health_status 2\n$/);
  });

  it('exits with 2 when there are no tables, and says what to do', async () => {
    const scratch = await openScratch();
    const { exitCode, error } = await scratch.crossApp('health');
    expect(exitCode).toBe(2);
    expect(error).toMatch(/^error: There is no cross_app_sessions here .* run cross-app migrate[^\n]+\n$/);
    await scratch.close();
  });

  it('exits with 2 when it is not told which database', async () => {
    expect(await crossApp(['health'])).toMatchObject({ exitCode: 2, out: '' });
  });
});

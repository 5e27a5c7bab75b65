import type { PostgresServer } from '@cross-app/test-database/server';
import { crossApp } from '../cross-app.js';
import type { Outcome } from '../cross-app.js';
import { execute, read, startDurable } from '../doctor/own-server.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const HEALTHY = {
  NODE_ENV: 'production',
  HI_EVENTS_SHARED_SECRET: SECRET,
  HI_EVENTS_DOMAIN: 'https://hi.events',
  CROSS_APP_TOKEN_EXPIRY: '60',
};
const UNREACHABLE = 'postgres://postgres@127.0.0.1:1/none';

// The server that tests share is not set up to survive a crash, which the doctor finds.
let server: PostgresServer;
beforeAll(async () => {
  server = await startDurable();
}, 60_000);
afterAll(() => server.stop());

describe.each(['plain', 'partitioned'])('cross-app doctor on a healthy system, %s', (layout) => {
  let url: string;
  beforeAll(async () => {
    await execute(server.url, `CREATE DATABASE ${layout}`);
    url = server.url.replace(/[^/]*$/, layout);
    await crossApp(['migrate', '--with-user-tables', '--layout', layout], url);
  });

  const doctor = (...args: readonly string[]): Promise<Outcome> =>
    crossApp(['doctor', ...args], url, { env: HEALTHY });

  it('says what it looked at, twice alike, and exits with 0', async () => {
    const { exitCode, out, error } = await doctor();
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const stable = out
      .replace(/(PostgreSQL) .* answers at .*/, '$1 … answers at …')
      .replace(/\d+ of \d+ connections .*/, '… connections …');
    const table = `public.cross_app_sessions, ${layout === 'plain' ? 'plain' : 'partitioned by month'}`;
    expect(stable).toBe(`ok    environment         NODE_ENV is production
ok    token-expiry        tokens live 60 seconds
ok    hi-events-secret    HI_EVENTS_SHARED_SECRET has 32 characters
ok    hi-events-domain    HI_EVENTS_DOMAIN is https://hi.events
ok    issuer-url          no --issuer-url was given, so the issuer and the shared secret were not tried
ok    database-clock      the clock of the database and this machine's agree
ok    pooler              each connection has a backend of its own
ok    database            PostgreSQL … answers at …
ok    primary             the server takes writes
ok    isolation           the default isolation level is read committed
ok    synchronous-commit  synchronous_commit is on
ok    crash-safety        fsync and full_page_writes are on
ok    connections         … connections …
ok    standbys            no commit waits for a standby; 0 connected
ok    epoch               tokens from before a failover or a restore are told by the timeline, which is 1 now
ok    migrations          all 7 have run, by cross_app_migrations
ok    tables              ${table}, is as it was recorded
ok    privileges          this role may do what the verbs and maintenance do
ok    token-epochs        no outstanding token to tell by
ok    trust-proxy         too few recent handoffs with an address to tell by
0 failed, 0 warnings, 20 ok
`);
    expect((await doctor()).exitCode).toBe(0);
  });

  it('with --json prints one object', async () => {
    const { exitCode, out } = await doctor('--json', '--app-id', 'hi-events');
    expect(exitCode).toBe(0);
    const report = JSON.parse(out);
    expect(report.status).toBe('ok');
    expect(report.checks).toHaveLength(21);
    expect(report.checks[0]).toEqual({
      name: 'environment',
      status: 'ok',
      message: 'NODE_ENV is production',
      advice: null,
    });
  });

  it('changes nothing', async () => {
    // Every transaction that writes gets an id, and the next one is counted.
    const nextTransaction = 'SELECT pg_snapshot_xmax(pg_current_snapshot())::text';
    const before = await read(url, nextTransaction);
    await doctor('--app-id', 'hi-events');
    expect(await read(url, nextTransaction)).toBe(before);
  });
});

describe('cross-app doctor', () => {
  it('exits with 1 for a warning, with what to do below it', async () => {
    const env = { ...HEALTHY, CROSS_APP_TOKEN_EXPIRY: '900' };
    const { exitCode, out, error } = await crossApp(['doctor'], server.url.replace(/[^/]*$/, 'plain'), {
      env,
    });
    expect({ exitCode, error }).toEqual({ exitCode: 1, error: '' });
    expect(out).toContain(`
warn  token-expiry        tokens live 900 seconds, and OWASP ASVS 5.0 (10.4.3) allows 600 for a code
                          Set CROSS_APP_TOKEN_EXPIRY to 60: a redirect takes seconds.
`);
    expect(out).toMatch(/\n0 failed, 1 warning, 19 ok\n$/);
  });

  it.each([
    [
      'there is none',
      undefined,
      /^fail {2}database +DATABASE_URL is not set\n +there is no database: set DATABASE_URL/m,
    ],
    [
      'it is not one',
      'db.example/prod',
      /^fail {2}database +the database URL is not one\n +the database URL must have/m,
    ],
    [
      'it cannot be reached',
      UNREACHABLE,
      /^fail {2}database +cannot connect to PostgreSQL at 127\.0\.0\.1:1: .*ECONNREFUSED/m,
    ],
  ])('looks at the configuration and exits with 2 when of the database %s', async (_what, url, line) => {
    const { exitCode, out, error } = await crossApp(['doctor'], url, { env: HEALTHY });
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: '' });
    expect(out).toMatch(/^ok {4}token-expiry +tokens live 60 seconds$/m);
    expect(out).toMatch(line);
    expect(out).toMatch(/\n1 failed, 0 warnings, 5 ok\n$/);
  });

  it('takes --database-url before DATABASE_URL', async () => {
    const { out } = await crossApp(['doctor', '--database-url', server.url], UNREACHABLE);
    expect(out).toMatch(/^ok {4}database +PostgreSQL/m);
  });

  it('does not echo any secret or password, however wrong things are', async () => {
    const urls = [
      'postgres://me:canary@127.0.0.1:1/x',
      'me:canary@db/x',
      server.url.replace(':postgres@', ':canary@'),
    ];
    const secrets = [
      'canary',
      `canary${SECRET}`,
      `"canary${SECRET}"`,
      `canary${SECRET}\n`,
      'canary'.repeat(9),
    ];
    for (const [index, secret] of secrets.entries()) {
      const env = {
        HI_EVENTS_SHARED_SECRET: secret,
        CROSS_APP_SHARED_SECRET: secret,
        HI_EVENTS_DOMAIN: 'https://me:canary@hi.events',
      };
      for (const issuer of [
        'https://me:canary@tuvens.example',
        'http://127.0.0.1:2/api',
        'canary@tuvens.example',
      ]) {
        const args = ['doctor', '--issuer-url', issuer];
        const outcomes = [
          await crossApp(args, urls[index % urls.length], { env }),
          await crossApp([...args, '--json'], urls[index % urls.length], { env }),
        ];
        for (const { exitCode, out, error } of outcomes) {
          expect(exitCode).toBe(2);
          expect(out + error).not.toContain('canary');
        }
      }
    }
  });

  it.each([
    [['--app-id', 'hi events'], /1 to 50 printable ASCII characters/],
    [['--sessions-table', 'a; DROP'], /must be a name or schema\.name/],
    [['--verbose'], /unknown option '--verbose'/],
    [['now'], /too many arguments for 'doctor'/],
  ])('%j is wrong usage', async (args, sentence) => {
    const { exitCode, out, error } = await crossApp(['doctor', ...args], UNREACHABLE);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(sentence);
  });

  it('--help has examples and its own exit codes', async () => {
    const { exitCode, out } = await crossApp(['doctor', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Examples:\n {2}cross-app doctor\n/);
    expect(out).toMatch(/Exit codes of doctor:\n {2}0 {4}all is well\n {2}1 {4}there are warnings\n/);
  });
});

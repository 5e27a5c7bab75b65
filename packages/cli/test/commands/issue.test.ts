import { openScratch } from '../cross-app.js';
import { openHandoffs } from '../handoffs.js';
import type { Handoffs } from '../handoffs.js';

const TOKEN = /^handoff_[\w-]{56}\n$/;
const target = { targetApp: 'hi-events' };

describe.each(['plain', 'partitioned'])('cross-app issue on a %s layout', (layout) => {
  let handoffs: Handoffs;
  beforeAll(async () => {
    handoffs = await openHandoffs(layout);
  });
  beforeEach(() => handoffs.knex('cross_app_sessions').delete());
  afterAll(() => handoffs.close());

  it('prints a token that works once, and nothing else', async () => {
    const { exitCode, out, error } = await handoffs.crossApp('issue', '--user', '1');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(TOKEN);
    const { user, account, session } = await handoffs.sessions.redeem(out.trim(), target);
    expect({ user, account }).toEqual({
      user: { id: '1', email: 'ada@example.com', name: 'Ada' },
      account: null,
    });
    expect(session).toMatchObject({ sourceApp: 'tuvens', permissions: [], payload: null });
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBeGreaterThan(895_000);
  });

  it('tells the target app what it is given', async () => {
    const { out } = await handoffs.crossApp(
      'issue',
      ...['--user', '1', '--account', '1', '--target-app', 'tickets', '--source-app', 'shop', '--ttl', '60'],
      ...['--permission', 'orders:read', '--permission', 'orders:write', '--payload', '{"event":[12,null]}'],
    );
    const { account, session } = await handoffs.sessions.redeem(out.trim(), { targetApp: 'tickets' });
    expect(account).toEqual({ id: '1', name: 'Acme', slug: 'acme' });
    expect(session).toMatchObject({
      sourceApp: 'shop',
      permissions: ['orders:read', 'orders:write'],
      payload: { event: [12, null] },
    });
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBeLessThan(62_000);
  });

  it('with --json prints one object', async () => {
    const { out } = await handoffs.crossApp('issue', '--user', '1', '--ttl', '15m', '--json');
    const { token, session } = JSON.parse(out) as { token: string; session: object };
    expect(`${token}\n`).toMatch(TOKEN);
    expect(session).toMatchObject({
      userId: '1',
      accountId: null,
      sourceApp: 'tuvens',
      ...target,
      usedAt: null,
    });
  });

  it('run twice makes two', async () => {
    const tokens = [
      await handoffs.crossApp('issue', '--user', '1'),
      await handoffs.crossApp('issue', '--user', '1'),
    ];
    expect(tokens[0]?.out).not.toBe(tokens[1]?.out);
    expect(await handoffs.knex('cross_app_sessions')).toHaveLength(2);
  });

  it.each([
    [['--user', '99'], /^error: the user \(--user\) does not exist\.\n$/, 1],
    [['--user', 'ada'], /^error: the user \(--user\) or the account \(--account\) does not exist\.\n$/, 1],
    [['--user', '1', '--account', '9'], /^error: the account \(--account\) does not exist\.\n$/, 1],
    [['--user', '1', '--payload', `"${'x'.repeat(9000)}"`], /^error: the payload \(--payload\) must be/, 1],
    [['--user', '1', '--ttl', '901'], /It is 1 to 900 seconds/, 2],
    [['--user', '1', '--ttl', '0'], /It is 1 to 900 seconds/, 2],
    [['--user', '1', '--ttl', 'soon'], /It is a number and a unit/, 2],
    [['--user', '1', '--payload', '{a:1}'], /It is no JSON/, 2],
    [['--user', '1', '--target-app', 'hi events'], /It is 1 to 50 printable/, 2],
    [[], /required option '--user <id>' not specified/, 2],
    [['--user', '1', 'now'], /too many arguments for 'issue'/, 2],
    [['--user', '1', '--sessions-table', 'others'], /^error: There is no others here/, 1],
    [
      ['--user', '1', '--user-id-column', 'uid'],
      /^error: column u.uid does not exist: [^\n]*--user-id-column[^\n]*\n$/,
      1,
    ],
  ])('%j is refused in one sentence, and issues nothing', async (args, sentence, code) => {
    const { exitCode, out, error } = await handoffs.crossApp('issue', ...args);
    expect(error).toMatch(sentence);
    expect({ exitCode, out }).toEqual({ exitCode: code, out: '' });
    expect(await handoffs.knex('cross_app_sessions')).toEqual([]);
  });
});

describe('cross-app issue', () => {
  it.each(['plain', 'partitioned'])(
    'fits an app with other names, ids and no accounts (%s)',
    async (layout) => {
      const scratch = await openScratch();
      await scratch.knex
        .raw(`CREATE SCHEMA "my-auth"; CREATE TABLE "my-auth"."People" (uid uuid PRIMARY KEY, mail text);
      INSERT INTO "my-auth"."People" VALUES ('7f6f2f3e-0000-4000-8000-00000000000a', 'ada@example.com')`);
      await scratch.crossApp(
        'migrate',
        ...[
          '--schema',
          'handoff',
          '--layout',
          layout,
          '--users-table',
          'my-auth.People',
          '--no-accounts-table',
        ],
        ...['--user-id-type', 'uuid', '--no-foreign-keys'],
      );
      const user = ['--user', '7F6F2F3E-0000-4000-8000-00000000000A', '--user-id-column', 'uid'];
      expect((await scratch.crossApp('issue', ...user)).out).toMatch(TOKEN);
      expect(await scratch.knex('handoff.cross_app_sessions')).toHaveLength(1);
      const refused = await scratch.crossApp('issue', ...user, '--account', '1');
      expect(refused.error).toBe(
        'error: these tables were made for an app without accounts: leave --account out\n',
      );
      expect(refused.exitCode).toBe(2);
      await scratch.close();
    },
  );

  it('says that migrate comes first', async () => {
    const scratch = await openScratch();
    const { exitCode, error } = await scratch.crossApp('issue', '--user', '1');
    expect(error).toMatch(/^error: There is no cross_app_sessions here[^\n]+run cross-app migrate[^\n]+\n$/);
    expect(exitCode).toBe(1);
    await scratch.close();
  });

  it('says what PostgreSQL says, not only that it failed', async () => {
    const handoffs = await openHandoffs('plain');
    await handoffs.knex.raw('ALTER TABLE cross_app_sessions ADD CHECK (user_id <> 1)');
    const { exitCode, error } = await handoffs.crossApp('issue', '--user', '1');
    expect(error).toMatch(/^error: new row for relation "cross_app_sessions" violates check constraint/);
    expect(error).not.toMatch(/handoff_/);
    expect(exitCode).toBe(1);
    await handoffs.close();
  });
});

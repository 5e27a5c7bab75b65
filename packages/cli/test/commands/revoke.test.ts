import { openHandoffs } from '../handoffs.js';
import type { Handoffs } from '../handoffs.js';

const target = { targetApp: 'hi-events' };

describe.each(['plain', 'partitioned'])('cross-app revoke on a %s layout', (layout) => {
  let handoffs: Handoffs;
  beforeAll(async () => {
    handoffs = await openHandoffs(layout);
  });
  beforeEach(() => handoffs.knex('cross_app_sessions').delete());
  afterAll(() => handoffs.close());

  const issue = async (more: object = {}): Promise<string> =>
    (await handoffs.sessions.issue({ userId: 1, ...target, ...more })).token;

  /** Two of Ada's, one of them for an account and one for another app, and one of Bob's. */
  async function issueSome(): Promise<void> {
    await issue({ accountId: 1 });
    await issue({ targetApp: 'tickets' });
    await issue({ userId: 2 });
    await handoffs
      .knex('cross_app_sessions')
      .where({ user_id: 2 })
      .update({ created_at: handoffs.knex.raw("now() - interval '3 hours'"), source_app: 'shop' });
  }

  describe('of a token', () => {
    it('makes it unusable, and run again has nothing to do', async () => {
      const token = await issue();
      const kept = await issue();
      const revoke = (): ReturnType<Handoffs['crossApp']> => handoffs.typing(token, 'revoke');
      expect(await revoke()).toEqual({ exitCode: 0, out: 'revoked 1 cross-app session\n', error: '' });
      expect(await revoke()).toEqual({ exitCode: 0, out: 'nothing to revoke\n', error: '' });
      await expect(handoffs.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
      await expect(handoffs.sessions.redeem(kept, target)).resolves.toBeDefined();
    });

    it('with --dry-run says whether there is something to revoke, and changes nothing', async () => {
      const token = await issue();
      const out = async (): Promise<string> => (await handoffs.typing(token, 'revoke', '--dry-run')).out;
      expect(await out()).toBe('would revoke 1 cross-app session\n');
      expect(await handoffs.countRevoked()).toBe(0);
      await handoffs.sessions.revoke(token);
      expect(await out()).toBe('nothing to revoke\n');
      await handoffs.knex('cross_app_sessions').delete();
      expect(await out()).toBe('nothing to revoke\n');
    });

    it('with --json prints one object', async () => {
      const token = await issue();
      const parsed = async (...args: string[]): Promise<unknown> =>
        JSON.parse((await handoffs.typing(token, 'revoke', '--json', ...args)).out);
      expect(await parsed('--dry-run')).toEqual({ revoked: 1, outcome: 'done', dryRun: true });
      expect(await parsed()).toEqual({ revoked: 1, outcome: 'done', dryRun: false });
      expect(await parsed()).toEqual({ revoked: 0, outcome: 'done', dryRun: false });
    });

    it('takes it from no argument, says why, and does not repeat it', async () => {
      const token = await issue();
      const { exitCode, out, error } = await handoffs.crossApp('revoke', token);
      expect(error).toMatch(
        /^error: a token is no argument: it would stay in the history of your shell[^\n]+\n$/,
      );
      expect(error).not.toContain(token.slice(0, 16));
      expect({ exitCode, out, revoked: await handoffs.countRevoked() }).toEqual({
        exitCode: 2,
        out: '',
        revoked: 0,
      });
    });

    it('refuses what is none', async () => {
      const { exitCode, error } = await handoffs.typing('handoff_none', 'revoke');
      expect(error).toMatch(/^error: that is no token: [^\n]+\n$/);
      expect(exitCode).toBe(2);
    });
  });

  it.each([
    [['--user', '1'], 2],
    [['--user', '1', '--target-app', 'tickets'], 1],
    [['--user', '3'], 0],
    [['--user', 'ada'], 0],
    [['--account', '1'], 1],
    [['--target-app', 'hi-events'], 2],
    [['--source-app', 'tuvens', '--target-app', 'hi-events'], 1],
    [['--source-app', 'shop'], 1],
    [['--issued-before', '2h'], 1],
    [['--issued-before', '4h'], 0],
    [['--issued-before', '2001-02-03T04:05:06+01:00'], 0],
    [['--issued-before', '2999-12-31'], 3],
    [['--user', '1', '--issued-before', '2h'], 0],
    [['--all', '--issued-before', '2h'], 1],
    [['--all'], 3],
  ])('%j revokes those, after saying how many with --dry-run, and then nothing', async (args, count) => {
    await issueSome();
    const sessions = `${count} cross-app session${count === 1 ? '' : 's'}\n`;
    const say = (verb: string): string => (count === 0 ? 'nothing to revoke\n' : `${verb} ${sessions}`);
    const run = async (...more: string[]): Promise<string> => {
      const { exitCode, out, error } = await handoffs.crossApp('revoke', ...args, ...more);
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      return out;
    };
    expect(await run('--dry-run')).toBe(say('would revoke'));
    expect(await handoffs.countRevoked()).toBe(0);
    expect(await run()).toBe(say('revoked'));
    expect(await handoffs.countRevoked()).toBe(count);
    expect(JSON.parse(await run('--json'))).toEqual({ revoked: 0, outcome: 'done', dryRun: false });
  });

  it('ends the sign-ins that were made, and deletes what ended them once it is old', async () => {
    await handoffs.knex('cross_app_revocations').delete();
    const token = await issue();
    await handoffs.sessions.redeem(token, target);
    await handoffs.typing(token, 'revoke');
    await handoffs.crossApp('revoke', '--user', '1');
    const kept = (): Promise<number> =>
      handoffs.knex('cross_app_revocations').then((rows: unknown[]) => rows.length);
    expect(await kept()).toBe(2);
    const purge = ['revoke', '--purge-older-than', '31d'];
    expect((await handoffs.crossApp(...purge)).out).toMatch(
      /^nothing to do: no revocation was recorded before/,
    );
    await handoffs.knex.raw("UPDATE cross_app_revocations SET created_at = now() - interval '32 days'");
    expect((await handoffs.crossApp(...purge, '--dry-run')).out).toMatch(/^would delete 2 revocations: /);
    expect(JSON.parse((await handoffs.crossApp(...purge, '--json')).out)).toMatchObject({ rows: 2 });
    expect(await kept()).toBe(0);
  });

  it('says that it was interrupted, and what it has done', async () => {
    await issueSome();
    const signal = AbortSignal.abort();
    const { exitCode, out } = await handoffs.within({ signal }, 'revoke', '--all');
    expect(out).toBe('interrupted: revoked 0 cross-app sessions; run it again for the rest\n');
    expect({ exitCode, revoked: await handoffs.countRevoked() }).toEqual({ exitCode: 0, revoked: 0 });
  });

  it('from two machines at once revokes each once', async () => {
    await issueSome();
    const runs = await Promise.all([1, 2].map(() => handoffs.crossApp('revoke', '--all', '--json')));
    const counts = runs.map(({ out }) => (JSON.parse(out) as { revoked: number }).revoked);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it.each([
    [[], /^error: there is nothing to go by: [^\n]+--all\n$/],
    [['--dry-run'], /^error: there is nothing to go by: [^\n]+\n$/],
    [['--all', '--user', '1'], /'--all' cannot be used with option '--user <id>'/],
    [['--all', '--target-app', 'x'], /'--all' cannot be used with option '--target-app <app>'/],
    [['--purge-older-than', '31d', '--user', '1'], /'--purge-older-than <age>' cannot be used with/],
    [['--target-app', 'hi events'], /It is 1 to 50 printable/],
    [['--issued-before', 'yesterday'], /It is a time such as/],
    [['--issued-before', '2026-12-31T18:00'], /It is a time such as/],
    [['--issued-before', '2026-02-31'], /There is no such day or time/],
    [['--issued-before', '2026-12-31T25:00:00Z'], /There is no such day or time/],
  ])('%j is wrong usage, and revokes nothing', async (args, sentence) => {
    await issueSome();
    const { exitCode, out, error } = await handoffs.crossApp('revoke', ...args);
    expect(error).toMatch(sentence);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(await handoffs.countRevoked()).toBe(0);
  });

  it('refuses an empty id, as wrong as none', async () => {
    await issueSome();
    const { exitCode, error } = await handoffs.crossApp('revoke', '--user', '');
    expect(error).toMatch(/^error: the user \(--user\) must be an id/);
    expect({ exitCode, revoked: await handoffs.countRevoked() }).toEqual({ exitCode: 1, revoked: 0 });
  });

  it('says that there is no such table', async () => {
    const { exitCode, error } = await handoffs.crossApp('revoke', '--all', '--sessions-table', 'others');
    expect(error).toMatch(/^error: There is no others here/);
    expect(exitCode).toBe(1);
  });
});

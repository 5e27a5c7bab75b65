import { openHandoffs } from '../handoffs.js';
import type { Handoffs } from '../handoffs.js';

const target = { targetApp: 'hi-events' };

describe.each(['plain', 'partitioned'])('cross-app new-epoch on a %s layout', (layout) => {
  let handoffs: Handoffs;
  beforeAll(async () => {
    handoffs = await openHandoffs(layout);
  });
  beforeEach(() => handoffs.knex('cross_app_sessions').delete());
  afterAll(() => handoffs.close());

  const issue = async (): Promise<string> => (await handoffs.sessions.issue({ userId: 1, ...target })).token;

  it('revokes what could still be used, and run again has nothing to do', async () => {
    const tokens = [await issue(), await issue()];
    expect(await handoffs.crossApp('new-epoch', '--dry-run')).toEqual({
      exitCode: 0,
      out: 'would revoke 2 tokens\n',
      error: '',
    });
    expect(await handoffs.countRevoked()).toBe(0);
    expect(await handoffs.crossApp('new-epoch')).toEqual({
      exitCode: 0,
      out: 'revoked 2 tokens\n',
      error: '',
    });
    expect((await handoffs.crossApp('new-epoch')).out).toBe(
      'nothing to revoke: no token could still be used\n',
    );
    for (const token of tokens) {
      await expect(handoffs.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
    }
    await issue();
    expect((await handoffs.crossApp('new-epoch')).out).toBe('revoked 1 token\n');
  });

  it('with --json prints one object, and the audit has each token', async () => {
    await issue();
    const parsed = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await handoffs.crossApp('new-epoch', '--json', ...args)).out);
    expect(await parsed('--dry-run')).toEqual({ revoked: 1, dryRun: true });
    expect(await parsed()).toEqual({ revoked: 1, dryRun: false });
    const { out } = await handoffs.crossApp('audit', '--event', 'revoked', '--limit', '1', '--json');
    expect(JSON.parse(out)).toMatchObject({ event: 'revoked', reason: 'new epoch', app: 'hi-events' });
  });

  it('works on the table that is named, and on no other', async () => {
    await issue();
    const { exitCode, error } = await handoffs.crossApp('new-epoch', '--sessions-table', 'others');
    expect(exitCode).toBe(1);
    expect(error).toMatch(/^error: There is no others here/);
    expect(await handoffs.countRevoked()).toBe(0);
  });

  it('inspect says of a token that it is of another epoch', async () => {
    const token = await issue();
    await handoffs.knex('cross_app_sessions').update({ epoch: '1/00000001' });
    const { exitCode, out } = await handoffs.typing(token, 'inspect');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^state {4}superseded: issued before a failover or a restore of the database\n/);
  });
});

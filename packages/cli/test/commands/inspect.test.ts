import { openHandoffs } from '../handoffs.js';
import type { Handoffs } from '../handoffs.js';

const target = { targetApp: 'hi-events' };
const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';

describe.each(['plain', 'partitioned'])('cross-app inspect on a %s layout', (layout) => {
  let handoffs: Handoffs;
  beforeAll(async () => {
    handoffs = await openHandoffs(layout);
  });
  beforeEach(() => handoffs.knex('cross_app_sessions').delete());
  afterAll(() => handoffs.close());

  const issue = async (more: object = {}): Promise<string> =>
    (await handoffs.sessions.issue({ userId: 1, accountId: 1, ...target, ...more })).token;

  it('tells whose a token is and where it goes, without using it or repeating it', async () => {
    const token = await issue({ userAgent: 'Firefox\u009b2J', ipAddress: '192.0.2.1' });
    const before = await handoffs.knex('cross_app_sessions');
    for (const args of [[], ['--target-app', 'hi-events']]) {
      const { exitCode, out, error } = await handoffs.typing(`${token}\n`, 'inspect', ...args);
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      expect(out).toMatch(
        new RegExp(`^state    redeemable
user     1, Ada <ada@example.com>
account  1, Acme
way      tuvens to hi-events
issued   ${TIME} from 192.0.2.1 by Firefox 2J
expires  ${TIME}
used     no
revoked  no
row      \\d+ of the sessions
$`),
      );
    }
    expect(await handoffs.knex('cross_app_sessions')).toEqual(before);
  });

  it('tells of a used one when, by whom, and how often somebody tried again', async () => {
    const token = await issue({ userId: 2, accountId: null });
    await handoffs.sessions.redeem(token, { ...target, userAgent: 'curl', ipAddress: '2001:db8::1' });
    await expect(handoffs.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
    const { exitCode, out, error } = await handoffs.typing(token, 'inspect');
    expect({ exitCode, error }).toEqual({ exitCode: 1, error: '' });
    expect(out).toMatch(
      new RegExp(
        `^state    used\nuser     2, <bob@example.com>\nway [^]*\nused     ${TIME} from 2001:db8::1 by curl, 1 replay refused since\n`,
      ),
    );
    await handoffs.sessions.revoke(token);
    expect((await handoffs.typing(token, 'inspect')).out).toMatch(
      new RegExp(`^state    revoked\n[^]*\nused     ${TIME} [^]*\nrevoked  ${TIME}\n`),
    );
  });

  it('does not let a name move the cursor', async () => {
    await handoffs.knex('users').insert({ id: 9, email: 'eve@example.com', name: 'Eve\u001b[2J\nstate' });
    const { out } = await handoffs.typing(await issue({ userId: 9, accountId: null }), 'inspect');
    expect(out).toContain('\nuser     9, Eve [2J state <eve@example.com>\n');
  });

  it('finds what has expired and what is archived', async () => {
    const token = await issue();
    await handoffs.knex.raw('INSERT INTO cross_app_sessions_archive SELECT * FROM cross_app_sessions');
    await handoffs.knex('cross_app_sessions').delete();
    const { exitCode, out } = await handoffs.typing(token, 'inspect');
    expect(out).toMatch(/^state {4}expired\n[^]*row {6}\d+ of the archive, where nobody redeems it\n$/);
    expect(exitCode).toBe(1);
  });

  it('says when it is for another app, or for one browser', async () => {
    const token = await issue({ codeChallenge: 'c'.repeat(43) });
    const { exitCode, out } = await handoffs.typing(token, 'inspect', '--target-app', 'tickets');
    expect(out).toMatch(/^state {4}redeemable, and not for tickets\n/);
    expect(out).toMatch(/\nway {6}tuvens to hi-events, only by the browser that asked for it\n/);
    expect(exitCode).toBe(1);
  });

  it('with --json prints one object, without the hash', async () => {
    const token = await issue();
    const { exitCode, out } = await handoffs.typing(token, 'inspect', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      isRedeemable: true,
      state: 'redeemable',
      session: {
        table: 'sessions',
        userId: '1',
        email: 'ada@example.com',
        targetApp: 'hi-events',
        usedAt: null,
      },
    });
    expect(out).not.toMatch(/hash|handoff_/);
    await handoffs.knex('cross_app_sessions').delete();
    const unknown = await handoffs.typing(token, 'inspect', '--json');
    expect(JSON.parse(unknown.out)).toEqual({ isRedeemable: false, state: 'unknown', session: null });
    expect(unknown.exitCode).toBe(1);
    expect((await handoffs.typing(token, 'inspect')).out).toBe(
      'state    unknown: no row has it, neither of the sessions nor of the archive\n',
    );
  });

  it('takes no token as an argument, says why, and does not repeat it', async () => {
    const token = await issue();
    const { exitCode, out, error } = await handoffs.crossApp('inspect', token);
    expect(error).toMatch(
      /^error: a token is no argument: it would stay in the history of your shell[^\n]+\n$/,
    );
    expect(error).not.toContain(token.slice(0, 16));
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it.each([
    ['', /^error: there is no token: [^\n]+\n$/],
    ['handoff_none', /^error: that is no token: [^\n]+\n$/],
    ['a'.repeat(64), /^error: that is no token: [^\n]+\n$/],
  ])('%j is wrong usage', async (typed, sentence) => {
    const { exitCode, out, error } = await handoffs.typing(typed, 'inspect');
    expect(error).toMatch(sentence);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it('says that there is no such table', async () => {
    const { exitCode, error } = await handoffs.typing(await issue(), 'inspect', '--sessions-table', 'others');
    expect(error).toMatch(/^error: There is no others here/);
    expect(exitCode).toBe(1);
  });
});

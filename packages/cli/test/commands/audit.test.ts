import { createAuditLog } from '@cross-app/core';
import { crossApp, openScratch } from '../cross-app.js';
import { openHandoffs } from '../handoffs.js';
import type { Handoffs } from '../handoffs.js';

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

let scratch: Handoffs;
beforeEach(async () => {
  scratch = await openHandoffs('plain');
});
afterEach(async () => {
  await scratch.close();
});

/** One entry for each of that many days, the newest of today. */
async function insertEntries(count: number): Promise<void> {
  await scratch.knex.raw(
    `INSERT INTO cross_app_audit (at, event, reason, app, user_id)
     SELECT now() - n * interval '1 day', CASE n % 2 WHEN 0 THEN 'issued' ELSE 'rejected' END,
            CASE n % 2 WHEN 1 THEN 'token_expired' END, CASE WHEN n < 3 THEN 'shop' ELSE 'hi-events' END, n
     FROM generate_series(0, ?::int - 1) n`,
    [count],
  );
}

/** The users in what `--json` printed, who are numbered by age in days. */
async function ages(...options: string[]): Promise<number[]> {
  const { out } = await scratch.crossApp('audit', '--json', ...options);
  const lines = out.split('\n').filter((line) => line !== '');
  return lines.map((line) => Number((JSON.parse(line) as { userId: string }).userId));
}

describe('cross-app audit', () => {
  it('shows what happened, newest first', async () => {
    const audit = createAuditLog({ knex: scratch.knex });
    audit.watch(scratch.sessions);
    const target = { targetApp: 'hi-events' };
    const from = { userAgent: `Phone/${'1.0 '.repeat(50)}`, ipAddress: '203.0.113.9' };
    const { token } = await scratch.sessions.issue({ userId: 1, ...target });
    await scratch.sessions.redeem(token, { ...target, ...from });
    await scratch.sessions.redeem(token, { ...target, ...from }).catch(() => undefined);
    audit.record({ event: 'credential_rejected', reason: 'invalid_client', ipAddress: '203.0.113.9' });
    await audit.close();
    const { exitCode, out, error } = await scratch.crossApp('audit');
    const [head, ...lines] = out.trimEnd().split('\n');
    expect(head).toMatch(/^at +event +reason +app +user +session +ip address +user agent$/);
    expect(lines.map((line) => line.replace(new RegExp(`^${INSTANT} +`), '').split(/ {2,}/))).toEqual([
      ['credential_rejected', 'invalid_client', '–', '–', '–', '203.0.113.9', '–'],
      [
        'replayed',
        'token_used',
        'hi-events',
        '1',
        '1',
        '203.0.113.9',
        expect.stringMatching(/^Phone.{34}…$/),
      ],
      ['redeemed', '–', 'hi-events', '1', '1', '203.0.113.9', expect.stringMatching(/^Phone.{34}…$/)],
      ['issued', '–', 'hi-events', '1', '1', '–', '–'],
    ]);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  });

  it('with --json prints an object a line, whole', async () => {
    await scratch.knex('cross_app_audit').insert({ event: 'issued', user_agent: 'x'.repeat(512) });
    const { out } = await scratch.crossApp('audit', '--json');
    expect(out).toMatch(/^\{[^\n]+\}\n$/);
    expect(JSON.parse(out)).toEqual({
      ...{ id: '1', at: expect.stringMatching(new RegExp(`^${INSTANT}$`)) as string, event: 'issued' },
      ...{ reason: null, app: null, userId: null, sessionId: null, ipAddress: null },
      userAgent: 'x'.repeat(512),
    });
  });

  it('goes by event, app, user, time and number', async () => {
    await insertEntries(60);
    expect(await ages()).toHaveLength(50);
    expect(await ages('--limit', '3')).toEqual([0, 1, 2]);
    expect(await ages('--event', 'rejected', '--limit', '2')).toEqual([1, 3]);
    expect(await ages('--app', 'shop')).toEqual([0, 1, 2]);
    expect(await ages('--user', '7')).toEqual([7]);
    expect(await ages('--since', '36h')).toEqual([0, 1]);
    expect(await ages('--until', '1390h', '--app', 'hi-events')).toEqual([58, 59]);
    const yesterday = new Date(Date.now() - 36 * 3_600_000).toISOString();
    expect(await ages('--since', yesterday)).toEqual([0, 1]);
    expect(await ages('--since', '36h', '--event', 'rejected', '--app', 'shop')).toEqual([1]);
  });

  it('says so when there is nothing', async () => {
    expect((await scratch.crossApp('audit')).out).toBe('no entries\n');
    expect((await scratch.crossApp('audit', '--json')).out).toBe('');
  });

  it('shows nothing that moves the cursor', async () => {
    const nasty = 'a\u001b[2Jb\u202ec';
    await scratch
      .knex('cross_app_audit')
      .insert({ event: 'issued', user_agent: nasty, user_id: nasty, app: nasty });
    const { out } = await scratch.crossApp('audit');
    expect(out.match(/a \[2Jb c/g)).toHaveLength(3);
  });

  it('cuts what is long between two characters', async () => {
    await scratch.knex('cross_app_audit').insert({ event: 'issued', user_agent: '\u{1F600}'.repeat(50) });
    expect((await scratch.crossApp('audit')).out).toContain(` ${'\u{1F600}'.repeat(39)}…\n`);
  });
});

describe('cross-app audit --purge-older-than', () => {
  it('deletes the oldest, and then has nothing to do', async () => {
    await insertEntries(60);
    const purge = ['audit', '--purge-older-than', '1300h', '--batch-size', '2'];
    const { out } = await scratch.crossApp(...purge);
    expect(out).toMatch(new RegExp(`^deleted 5 entries: they were made before ${INSTANT}\n$`));
    expect(await ages('--limit', '100')).toHaveLength(55);
    expect((await scratch.crossApp(...purge)).out).toMatch(/^nothing to do: no entry was made before /);
  });

  it('with --dry-run only counts, and with --json prints one object', async () => {
    await insertEntries(60);
    const purge = ['audit', '--purge-older-than', '50d', '--dry-run'];
    expect((await scratch.crossApp(...purge)).out).toMatch(
      /^would delete 10 entries: they were made before /,
    );
    const { out } = await scratch.crossApp(...purge, '--json');
    expect(JSON.parse(out)).toMatchObject({ rows: 10, outcome: 'done', dryRun: true });
    expect(await ages('--limit', '100')).toHaveLength(60);
  });
});

describe('cross-app audit, called wrongly or too early,', () => {
  it.each([
    [
      ['--event', 'gone'],
      /Allowed choices are issued, redeemed, rejected, replayed, revoked, credential_rejected/,
    ],
    [['--since', 'yesterday'], /It is a time such as/],
    [['--limit', '0'], /whole number from 1 to 100000/],
    [['--app', 'a b'], /1 to 50 printable ASCII characters/],
    [['--purge-older-than', '30s'], /at least 60s/],
    [['--purge-older-than', '90d', '--user', '1'], /cannot be used with/],
    [['--dry-run'], /--dry-run and --batch-size are for --purge-older-than/],
  ])('%j is wrong usage', async (options, message) => {
    const { exitCode, out, error } = await scratch.crossApp('audit', ...options);
    expect(error).toMatch(message);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  });

  it('says what to do where there is no audit', async () => {
    await scratch.knex.raw('DROP TABLE cross_app_audit');
    const { exitCode, error } = await scratch.crossApp('audit');
    expect(error).toMatch(/^error: There is no public\.cross_app_audit: run cross-app migrate[^\n]+\n$/);
    expect(exitCode).toBe(1);
    const empty = await openScratch();
    expect((await crossApp(['audit'], empty.url)).error).toMatch(/run cross-app migrate/);
    await empty.close();
  });

  it('helps', async () => {
    const { exitCode, out } = await scratch.crossApp('audit', '--help');
    expect(out).toMatch(/--purge-older-than <age>[\s\S]*Examples:\n {2}cross-app audit\n/);
    expect(exitCode).toBe(0);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sessionStatistics } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import { expectGone, isRunning, leftovers, postgresPid, ready, start, urlOf } from './demo-run.js';
import type { Run } from './demo-run.js';

jest.setTimeout(60_000);

describe('--once', () => {
  it.each(['database', 'http'])('walks through the handoff, redeemed by %s, and stops', async (redeem) => {
    const { code, stdout, stderr } = await start(['--once'], { HI_EVENTS_REDEEM: redeem }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('the replay is refused');
    expect(stdout).toMatch(/Every step did what it should.*\n$/);
    expect(stdout).not.toMatch(/handoff_[A-Za-z0-9_-]{8}/);
    expect(leftovers()).toEqual([]);
  });

  it('uses the database of DATABASE_URL, again and again', async () => {
    const { url } = await createTestDatabase();
    for (const attempt of [1, 2]) {
      const { code, stdout } = await start(['--once'], { DATABASE_URL: url }).ended;
      expect({ attempt, code }).toEqual({ attempt, code: 0 });
      expect(stdout).toContain('DATABASE_URL, schema cross_app_demo');
    }
    expect(leftovers()).toEqual([]);
  });

  it('ends with exit code 1 when a step does not do what it should', async () => {
    const { code, stdout } = await start(['--once'], { HI_EVENTS_DOMAIN: 'http://localhost:1' }).ended;
    expect(code).toBe(1);
    expect(stdout).toContain('✗ step 2 failed: fetch failed');
    expect(stdout).toMatch(/Not every step did what it should: step 2, .*\n$/);
    expect(leftovers()).toEqual([]);
  });
});

describe('until Ctrl-C', () => {
  it.each(['SIGINT', 'SIGHUP'] as const)('stops everything at %s', async (signal) => {
    const run = start([]);
    const printed = await ready(run);
    const [tuvens, hiEvents] = [/Tuvens +(\S+)/, /Hi\.Events +(\S+)/].map((line) => line.exec(printed)?.[1]);
    const [link = ''] = /http:\S+session_token=handoff_\S+/.exec(printed) ?? [];
    for (const url of [tuvens, hiEvents, link]) expect((await fetch(String(url))).status).toBe(200);
    const postgres = postgresPid();
    expect(isRunning(postgres)).toBe(true);

    // Twice: npm passes on what the terminal has sent already. The connections of `fetch` are still open.
    run.child.kill(signal);
    run.child.kill(signal);
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(isRunning(postgres)).toBe(false);
    expect(leftovers()).toEqual([]);
    await expect(fetch(String(tuvens))).rejects.toThrow('fetch failed');
  });

  it('gives the secret that it made for this run, by which its API can be called', async () => {
    const run = start([]);
    const printed = await ready(run);
    const [, secret = ''] = /^export HI_EVENTS_SHARED_SECRET=([0-9a-f]{64})$/m.exec(printed) ?? [];
    const reply = await fetch(`${urlOf('Tuvens', printed)}/api/cross-app/revoke-sessions`, {
      method: 'POST',
      headers: { 'x-shared-secret': secret, 'content-type': 'application/json' },
      body: '{"user_id":999}',
    });
    expect({ status: reply.status, body: await reply.json() }).toEqual({ status: 200, body: { revoked: 0 } });
    run.child.kill('SIGINT');
    await run.ended;
  });

  it('never prints a secret that was set', async () => {
    const run = start([], { HI_EVENTS_SHARED_SECRET: 'canary'.repeat(6) });
    expect(await ready(run)).toContain('with the secret that you have set for Hi.Events.');
    run.child.kill('SIGINT');
    const { stdout, stderr } = await run.ended;
    expect(stdout + stderr).not.toContain('canary');
  });

  it.each(['embedded', 'own'])('names a command that shows two weeks of the %s database', async (kind) => {
    const { url } = await createTestDatabase();
    const run = start([], kind === 'own' ? { DATABASE_URL: url } : {});
    const printed = await ready(run);
    const line = printed.split('\n').find((text) => text.includes('cli/dist/main.js stats')) ?? '';
    const [, searchPath, args = ''] =
      /^(?:PGOPTIONS='(.*)' )?node packages\/cli\/dist\/main\.js (.*)$/.exec(line) ?? [];
    // What the command does is the command's own test; here it has to find the tables.
    expect(args.startsWith('stats --days 14')).toBe(true);
    const knex = knexFactory({
      client: 'pg',
      connection: {
        connectionString: / --database-url (\S+)$/.exec(args)?.[1] ?? url,
        ...(searchPath !== undefined && { options: searchPath }),
      },
    });
    const { totals } = await sessionStatistics(knex, { days: 14 });
    await knex.destroy();
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(0);
    expect(totals.created).toBeGreaterThan(1500);
  });

  it('stops the database when the demo itself is killed', async () => {
    const run = start([]);
    await ready(run);
    const postgres = postgresPid();
    run.child.kill('SIGKILL');
    await run.ended;
    await expectGone(postgres);
  });
});

describe('says in one sentence what is in the way, with exit code 1:', () => {
  const expectOneSentence = async (run: Run, sentence: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toMatch(sentence);
    expect(leftovers()).toEqual([]);
  };

  it.each(['TUVENS_PORT', 'HI_EVENTS_PORT'])('a busy %s', async (setting) => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const run = start([], { [setting]: String(port) });
    await expectOneSentence(run, new RegExp(`^Port ${port} is in use: .*${setting}`));
    other.close();
  });

  it.each([
    ['a bad DATABASE_URL', { DATABASE_URL: 'canary' }, /^DATABASE_URL must be the URL of/],
    [
      'an unreachable database',
      { DATABASE_URL: 'postgres://me:canary@127.0.0.1:1/x' },
      /^The database of DATABASE_URL cannot be used: connect ECONNREFUSED 127\.0\.0\.1:1\.$/m,
    ],
    ['a short secret', { HI_EVENTS_SHARED_SECRET: 'canary' }, /^HI_EVENTS_SHARED_SECRET must be 32 to/],
    ['a bad port', { TUVENS_PORT: 'x' }, /^TUVENS_PORT must be a whole number/],
  ])('%s', async (_, env, sentence) => {
    const run = start(['--once'], env);
    await expectOneSentence(run, sentence);
    expect((await run.ended).stderr).not.toContain('canary');
  });

  it.each([['--foo'], ['foo'], ['--once', '--foo'], ['--once', 'foo']])(
    'unknown arguments %s %s',
    async (...args) => {
      await expectOneSentence(start(args.filter(Boolean)), /^error: unknown (option|argument) '(--)?foo'/);
    },
  );
});

it('tells with --help what can be set', async () => {
  const { code, stdout } = await start(['--help']).ended;
  expect(code).toBe(0);
  expect(stdout).toContain('--once');
  expect(stdout).toContain('HI_EVENTS_REDEEM');
});

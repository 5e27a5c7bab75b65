import { createCrossAppSessions } from '@cross-app/core';
import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

const OUTPUT =
  /^user 1 is test@example\.com\nvalid for 15 minutes {2}(handoff_\S{56})\nexpired {15}(handoff_\S{56})\n$/;

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
  await scratch.crossApp('migrate', '--with-user-tables');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await scratch.close();
});

async function rows(): Promise<{ users: number; sessions: number }> {
  const users = await scratch.knex('users').select('id');
  const sessions = await scratch.knex('cross_app_sessions').select('id');
  return { users: users.length, sessions: sessions.length };
}

describe('cross-app seed', () => {
  it('prints a token that works and one that has expired', async () => {
    const { exitCode, out, error } = await scratch.crossApp('seed');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const [, valid = '', expired = ''] = OUTPUT.exec(out) ?? [];
    const sessions = createCrossAppSessions({ knex: scratch.knex, appId: 'hi-events' });
    const { user } = await sessions.redeem(valid, { targetApp: 'hi-events' });
    expect(user).toMatchObject({ email: 'test@example.com', name: 'Test User' });
    await expect(sessions.redeem(expired, { targetApp: 'hi-events' })).rejects.toMatchObject({
      code: 'token_expired',
    });
  });

  it('run twice leaves one user and two sessions', async () => {
    await scratch.crossApp('seed');
    expect((await scratch.crossApp('seed')).out).toMatch(OUTPUT);
    expect(await rows()).toEqual({ users: 1, sessions: 2 });
  });

  it('with --json prints one object', async () => {
    expect(JSON.parse((await scratch.crossApp('seed', '--json')).out)).toEqual({
      userId: 1,
      validToken: expect.stringMatching(/^handoff_\S{56}$/),
      expiredToken: expect.stringMatching(/^handoff_\S{56}$/),
    });
  });

  it('refuses when NODE_ENV is production, unless it is forced', async () => {
    jest.replaceProperty(process.env, 'NODE_ENV', 'production');
    const { exitCode, out, error } = await scratch.crossApp('seed');
    expect(error).toMatch(/^error: Development data is not for production[^\n]+\n$/);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(await rows()).toEqual({ users: 0, sessions: 0 });
    expect((await scratch.crossApp('seed', '--force')).out).toMatch(OUTPUT);
  });

  it('before migrate says to migrate first', async () => {
    await scratch.crossApp('rollback');
    const { exitCode, out, error } = await scratch.crossApp('seed');
    expect(error).toMatch(
      /^error: relation "cross_app_sessions" does not exist: run cross-app migrate first[^\n]+\n$/,
    );
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  });

  it('says what PostgreSQL says when the app has other users', async () => {
    await scratch.knex.raw('ALTER TABLE users ADD phone text NOT NULL');
    const { exitCode, error } = await scratch.crossApp('seed');
    expect(error).toMatch(/^error: null value in column "phone"[^\n]+\n$/);
    expect(exitCode).toBe(1);
  });
});

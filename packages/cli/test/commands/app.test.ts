import { createHash } from 'node:crypto';
import { createAppRegistry } from '@cross-app/core';
import { openScratch } from '../cross-app.js';
import type { Outcome, Scratch } from '../cross-app.js';

const LANDING = 'https://hi.events/auth/cross-app';
const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const idOf = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 8);

let scratch: Scratch;
const app = (...args: string[]): Promise<Outcome> => scratch.crossApp('app', ...args);
beforeEach(async () => {
  scratch = await openScratch();
  await scratch.crossApp('migrate', '--with-user-tables');
});
afterEach(() => scratch.close());

interface Listed {
  readonly id: string;
  readonly secrets: readonly { readonly id: string; readonly expiresAt: string | null }[];
}
const list = async (): Promise<Listed[]> => JSON.parse((await app('list', '--json')).out) as Listed[];

describe('cross-app app add', () => {
  it('prints the secret alone, once, and says the rest beside it', async () => {
    const { exitCode, out, error } = await app('add', 'hi-events');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^[\w-]{43}\n$/);
    expect(error).toBe(`registered hi-events; its secret ${idOf(out.trim())} is shown this once\n`);
    for (const args of [['list'], ['list', '--json']]) {
      expect((await app(...args)).out).not.toContain(out.trim());
    }
  });

  it('registers what it is given', async () => {
    await app(
      ...['add', 'hi-events', '--redirect-uri', LANDING, '--redirect-uri', 'http://localhost:4000/'],
      ...['--origin', 'https://hi.events', '--target', 'tickets', '--target', 'shop'],
      ...['--validate-per-minute', '500', '--accounts-per-minute', '1', '--permission-per-minute', '7'],
    );
    expect(await list()).toMatchObject([
      {
        id: 'hi-events',
        redirectUris: [LANDING, 'http://localhost:4000/'],
        origins: ['https://hi.events'],
        targets: ['tickets', 'shop'],
        limits: { validatePerMinute: 500, accountsPerMinute: 1, permissionPerMinute: 7 },
      },
    ]);
  });

  it('with --no-secret prints none', async () => {
    const { out, error } = await app('add', 'tuvens', '--no-secret');
    expect({ out, error }).toEqual({ out: '', error: 'registered tuvens\n' });
    expect(await list()).toMatchObject([{ id: 'tuvens', targets: null, limits: {}, secrets: [] }]);
  });

  it('with --json prints one object', async () => {
    const made = JSON.parse((await app('add', 'hi-events', '--json')).out) as { secret: string };
    expect(made).toEqual({
      appId: 'hi-events',
      secretId: idOf(made.secret),
      secret: expect.any(String) as string,
    });
  });

  it('registers an app once, of two at once too', async () => {
    const outcomes = await Promise.all([app('add', 'hi-events'), app('add', 'hi-events')]);
    expect(outcomes.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1]);
    const lost = outcomes.find(({ exitCode }) => exitCode === 1);
    expect(lost).toMatchObject({ out: '', error: 'error: There is an app hi-events already.\n' });
    const [won] = outcomes.filter(({ exitCode }) => exitCode === 0);
    expect(await list()).toMatchObject([{ secrets: [{ id: idOf(won?.out.trim() ?? '') }] }]);
  });
});

describe('cross-app app rotate', () => {
  it('prints another secret, and lets the old one end a week later', async () => {
    const old = idOf((await app('add', 'hi-events')).out.trim());
    const { exitCode, out, error } = await app('rotate', 'hi-events');
    const next = idOf(out.trim());
    expect(exitCode).toBe(0);
    expect(error).toMatch(
      new RegExp(`^hi-events has another secret, ${next}; it is shown this once\n${old} ends ${INSTANT}\n$`),
    );
    const [listed] = await list();
    expect(listed?.secrets.map(({ id }) => id)).toEqual([old, next]);
    const days = (Date.parse(listed?.secrets[0]?.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
  });

  it('lets both work until the old one ends, and then the new one alone', async () => {
    const registry = createAppRegistry({ knex: scratch.knex });
    const live = async () => (await registry.load())['hi-events']?.secrets?.map(({ id }) => id).sort();
    const old = idOf((await app('add', 'hi-events')).out.trim());
    const next = idOf((await app('rotate', 'hi-events', '--overlap', '1s')).out.trim());
    expect(await live()).toEqual([old, next].sort());
    await scratch.knex.raw('SELECT pg_sleep(1.1)');
    expect(await live()).toEqual([next]);
  });

  it('with --overlap 0 ends the old ones at once', async () => {
    await app('add', 'hi-events');
    const { out } = await app('rotate', 'hi-events', '--overlap', '0', '--json');
    const { secret, ending } = JSON.parse(out) as { secret: string; ending: object[] };
    expect(ending).toHaveLength(1);
    expect((await app('list')).out).toMatch(new RegExp(`${INSTANT} \\(ended\\)`));
    const registry = await createAppRegistry({ knex: scratch.knex }).load();
    expect(registry['hi-events']?.secrets).toMatchObject([{ id: idOf(secret) }]);
  });

  it('run twice at once leaves one secret that does not end', async () => {
    await app('add', 'hi-events');
    const outcomes = await Promise.all([app('rotate', 'hi-events'), app('rotate', 'hi-events')]);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const [listed] = await list();
    expect(listed?.secrets).toHaveLength(3);
    expect(listed?.secrets.filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1);
  });
});

describe('cross-app app list', () => {
  it('shows each secret with its end and its last use', async () => {
    expect((await app('list')).out).toBe('no apps\n');
    const old = idOf((await app('add', 'hi-events')).out.trim());
    await createAppRegistry({ knex: scratch.knex }).onSecretUsed({ appId: 'hi-events', secretId: old });
    const next = idOf((await app('rotate', 'hi-events')).out.trim());
    await app('add', 'tuvens', '--no-secret');
    const { out } = await app('list');
    expect(out.replace(new RegExp(INSTANT, 'g'), 'TIME').replace(/ {2,}/g, '  ')).toBe(
      `app  secret  made  ends  last used
hi-events  ${old}  TIME  TIME  TIME
hi-events  ${next}  TIME  –  –
tuvens  –  TIME  –  –
`,
    );
  });
});

describe('cross-app app remove', () => {
  it('removes the app and its secrets', async () => {
    await app('add', 'hi-events');
    await app('add', 'tickets');
    expect(await app('remove', 'hi-events')).toEqual({
      ...{ exitCode: 0, error: '' },
      out: 'removed hi-events and its secrets\n',
    });
    expect((await list()).map(({ id }) => id)).toEqual(['tickets']);
    expect((await app('remove', 'tickets', '--json')).out).toBe('{"removed":"tickets"}\n');
    expect(await scratch.knex('cross_app_app_secrets').select()).toEqual([]);
  });
});

describe('cross-app app, called wrongly,', () => {
  it.each<[string[], RegExp]>([
    [['add'], /missing required argument 'id'/],
    [['add', 'hi events'], /It is 1 to 50 printable ASCII characters/],
    [['add', 'a', '--redirect-uri', 'http://hi.events/'], /It is a URL as a browser writes it/],
    [['add', 'a', '--redirect-uri', 'https://hi.events'], /It is a URL as a browser writes it/],
    [['add', 'a', '--origin', 'https://hi.events/'], /It is an origin as browsers send it/],
    [['add', 'a', '--target', 'b c'], /It is 1 to 50 printable/],
    [['add', 'a', '--validate-per-minute', '0'], /It is a whole number from 1 to 1000000/],
    [['rotate', 'a', '--overlap', '-1'], /It is a number and a unit/],
    [['rotate', 'a', '--overlap', '2y'], /It is 365d at most/],
    [['list', 'a'], /too many arguments/],
    [['remove'], /missing required argument 'id'/],
    [['change', 'a'], /unknown command 'change'/],
    [[], /Usage: cross-app app/],
  ])('as app %j says so, and does nothing', async (args, sentence) => {
    const { exitCode, out, error } = await app(...args);
    expect(error).toMatch(sentence);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(await list()).toEqual([]);
  });

  it.each([['rotate'], ['remove']])('%s says when there is no such app', async (command) => {
    const { exitCode, out, error } = await app(command, 'nope');
    expect({ exitCode, out, error }).toEqual({
      ...{ exitCode: 1, out: '' },
      error: 'error: There is no app nope.\n',
    });
  });

  it('says what to run where there is no table yet', async () => {
    await scratch.knex.raw('DROP TABLE cross_app_app_secrets, cross_app_apps');
    for (const args of [['add', 'a'], ['rotate', 'a'], ['list'], ['remove', 'a']]) {
      const { exitCode, error } = await app(...args);
      expect(exitCode).toBe(1);
      expect(error).toMatch(/There is no public\.cross_app_apps: run cross-app migrate/);
    }
  });

  it.each(['add', 'rotate', 'list', 'remove'])('%s explains itself with examples', async (command) => {
    const { out } = await app(command, '--help');
    expect(out).toContain(`Examples:\n  cross-app app ${command}`);
  });
});

import { inspect } from 'node:util';
import { randomBytes } from 'node:crypto';
import knexFactory from 'knex';
import type { CrossAppEvents } from '../src/index.js';
import { challengeOf } from '../src/token-hash.js';
import { openTestStore } from './database.js';
import type { TestStore } from './database.js';
import { createSessions } from './sessions.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const target = { targetApp: 'hi-events' };
const EVENTS = [
  'issued',
  'redeemed',
  'rejected',
  'replayed',
  'revoked',
] as const satisfies (keyof CrossAppEvents)[];

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { rows } = await store.knex.raw<{ rows: { name: string }[] }>(
    `SELECT quote_ident(relname) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
  );
  const tables = await Promise.all(
    rows.map(async ({ name }) => {
      const table = await store.knex.raw<{ rows: { line: string }[] }>(
        `SELECT t::text AS line FROM ${name} t`,
      );
      return table.rows.map(({ line }) => line).join('\n');
    }),
  );
  return tables.join('\n');
}

/** Everything that is written to the standard streams while `work` runs. */
async function outputOf(work: () => Promise<void>): Promise<string> {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    }),
  );
  const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    jest.spyOn(console, method).mockImplementation((...args: unknown[]) => void written.push(inspect(args))),
  );
  await work();
  for (const spy of [...spies, ...logs]) spy.mockRestore();
  return written.join('\n');
}

it('no token or verifier is in a row, an event, an error or the output', async () => {
  const broken = knexFactory({ client: 'pg', connection: 'postgres://127.0.0.1:1/none' });
  const sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
  const brokenSessions = createSessions({ knex: broken, appId: 'tuvens' });
  const seen: unknown[] = [];
  for (const name of EVENTS) {
    sessions.on(name, (event) => void seen.push(event));
    sessions.on(name, (event) => {
      throw new TypeError(`a listener that prints ${JSON.stringify(event)}`);
    });
  }
  const secrets: string[] = [];
  const errors: unknown[] = [];
  const attempt = (call: Promise<unknown>): Promise<unknown> =>
    call.catch((error: unknown) => errors.push(error));

  const output = await outputOf(async () => {
    for (let round = 0; round < 3; round++) {
      const codeVerifier = randomBytes(32).toString('base64url');
      const { token } = await sessions.issue({
        userId: store.userId,
        ...target,
        codeChallenge: challengeOf(codeVerifier),
      });
      secrets.push(token, codeVerifier);
      const userAgent = `curl ${token}`;
      await attempt(sessions.inspect(token, { ...target, codeVerifier }));
      await attempt(sessions.redeem(token, { ...target, userAgent }));
      await attempt(sessions.redeem(token, { targetApp: 'other', codeVerifier, userAgent }));
      await attempt(sessions.redeem(`${token}x`, { ...target, codeVerifier, userAgent }));
      await attempt(sessions.redeem(token, { ...target, codeVerifier: `${codeVerifier}\0` }));
      await attempt(sessions.redeem(token, { ...target, codeVerifier, userAgent }));
      await attempt(sessions.redeem(token, { ...target, codeVerifier, userAgent }));
      await attempt(brokenSessions.redeem(token, { ...target, codeVerifier, userAgent }));
      await sessions.revoke(token);
      await attempt(sessions.redeem(token, { ...target, codeVerifier, userAgent }));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  await broken.destroy();

  const everything = [
    await dump(),
    output,
    inspect([seen, errors], { depth: null, showHidden: true, getters: true }),
  ];
  expect(errors).toHaveLength(21);
  expect(seen.length).toBeGreaterThan(20);
  expect(everything[0]).toContain('handoff_[redacted]'); // the dump does see the rows
  for (const secret of secrets) {
    // What base64 or a cut would leave of it counts too.
    for (const part of [secret, secret.slice(8, 40), Buffer.from(secret).toString('base64').slice(4, 40)]) {
      for (const text of everything) expect(text.includes(part)).toBe(false);
    }
  }
});

it('a hash from the database is not a token', async () => {
  const sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
  await sessions.issue({ userId: store.userId, ...target });
  const row = await store.knex('cross_app_sessions').first<{ token_hash: string }>('token_hash');
  await expect(sessions.redeem(row.token_hash, target)).rejects.toMatchObject({ code: 'token_malformed' });
  const asToken = `handoff_${Buffer.from(row.token_hash, 'hex').toString('base64url').padEnd(56, 'A')}`;
  await expect(sessions.redeem(asToken, target)).rejects.toMatchObject({ code: 'token_malformed' });
});

import { randomBytes } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import type { IssueRequest, RedeemRequest } from '@cross-app/protocol';
import { createCrossAppSessions, isCrossAppError } from '../../src/index.js';
import type { CrossAppSessionsOptions, DatabaseSessions } from '../../src/index.js';
import { countStatements, expireToken, openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

const target = { targetApp: 'hi-events' };
// RFC 7636, appendix B.
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const [OURS, THEIRS] = ['0b9a2f5e-6c7d-4e8f-9a0b-1c2d3e4f5a6b', '5d1c7a90-3b2e-4f61-8c4d-9e8f7a6b5c4d'];
const FIREFOX = { userAgent: 'Firefox', ipAddress: '203.0.113.9' };
const CURL = { userAgent: 'curl', ipAddress: '198.51.100.7' };

let store: TestStore;
let issuer: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  // Far from the ids of users and accounts, which stay as they are.
  await store.knex.raw("SELECT setval(pg_get_serial_sequence('cross_app_sessions', 'id'), 1000000)");
  issuer = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
afterAll(() => store.close());

const issue = async (request: Partial<IssueRequest> = {}): Promise<string> =>
  (await issuer.issue({ userId: store.userId, accountId: store.accountId, ...target, ...request })).token;

async function used(request: Partial<RedeemRequest> = {}): Promise<string> {
  const token = await issue(request.codeVerifier == null ? {} : { codeChallenge });
  await issuer.redeem(token, { ...target, ...FIREFOX, redemptionId: OURS, ...request });
  return token;
}

async function revoked(): Promise<string> {
  const token = await issue();
  await issuer.revoke(token);
  return token;
}

const unknown = (expiresAtSeconds: number): Promise<string> =>
  Promise.resolve(makeToken({ randomBytes: randomBytes(32), expiresAtSeconds }));

const STATES: Record<string, () => Promise<string>> = {
  fresh: () => issue(),
  'fresh and bound': () => issue({ codeChallenge }),
  'for another app': () => issue({ targetApp: 'elsewhere' }),
  'used by us': () => used(),
  'used by us and bound': () => used({ codeVerifier }),
  'used by another one': () => used({ redemptionId: THEIRS }),
  revoked,
  expired: async () => expireToken(store.knex, await issue()),
  'used by us, and just expired': async () => expireToken(store.knex, await used(), 30),
  'used by us, and long expired': async () => expireToken(store.knex, await used(), 90),
  unknown: () => unknown(Math.ceil(Date.now() / 1000) + 600),
  'unknown, of a far year': () => unknown(4_000_000_000),
};

const ATTEMPTS: RedeemRequest[] = [
  { ...target, ...FIREFOX, redemptionId: OURS },
  { ...target, ...FIREFOX, redemptionId: OURS, codeVerifier },
  { ...target, ...FIREFOX, redemptionId: OURS, codeVerifier: 'x'.repeat(43) },
  { targetApp: 'elsewhere', ...FIREFOX, redemptionId: OURS },
  { ...target, ...FIREFOX, redemptionId: '7e6d5c4b-3a29-4180-9f8e-7d6c5b4a3928' },
  { ...target, ...CURL, redemptionId: '7e6d5c4b-3a29-4180-9f8e-7d6c5b4a3928' },
];

const CASES = Object.entries(STATES).flatMap(([state, make]) =>
  ATTEMPTS.map((attempt) => ({ name: `${state}: ${JSON.stringify(attempt)}`, make, attempt })),
);

/** What came of every case, with nothing in it that differs from one run to the next. */
interface Outcome {
  /** In the words of the case: what the caller got. */
  readonly answers: readonly [name: string, answer: unknown][];
  readonly events: readonly string[];
  readonly rows: readonly unknown[];
  readonly statements: number;
}

/** Presents a token of its own for each case, all at once. */
async function presentAll(batch: NonNullable<CrossAppSessionsOptions['batch']>): Promise<Outcome> {
  const knex = openKnex(store.url);
  const count = countStatements(knex);
  const sessions = createCrossAppSessions({ knex, appId: 'hi-events', batch });
  await sessions.inspect(await issue(), target); // tells it the database's time
  await store.knex('cross_app_sessions').delete();
  const tokens: string[] = [];
  for (const { make } of CASES) tokens.push(await make()); // one after the other: ids in their order
  const ids = await store.knex('cross_app_sessions').orderBy('id').pluck<string[]>('id');
  const alike = (value: unknown): unknown => withoutChance(value, ids);

  const events: string[] = [];
  for (const name of ['redeemed', 'rejected', 'replayed', 'revoked'] as const) {
    sessions.on(name, (event) => void events.push(JSON.stringify([name, alike(event)])));
  }
  const before = count();
  const answers = await Promise.all(
    CASES.map(async ({ name, attempt }, index): Promise<[string, unknown]> => {
      const answer = await sessions.redeem(tokens[index] ?? '', attempt).catch((error: unknown) => error);
      return [name, isCrossAppError(answer) ? answer.code : alike(answer)];
    }),
  );
  const statements = count() - before;
  const rows = (await store.knex('cross_app_sessions').orderBy('id').select()).map(alike);
  await knex.destroy();
  return { answers, events: events.sort(), rows, statements };
}

/** Numbers the ids, and says of an instant or a hash only that there is one. */
function withoutChance(value: unknown, ids: readonly string[]): unknown {
  const numbered = (id: string | null): unknown => (id === null ? null : ids.indexOf(id));
  const replace = (key: string, part: unknown): unknown => {
    if (key === 'sessionIds') return (part as string[]).map(numbered);
    if (key === 'sessionId' || (key === 'id' && ids.includes(part as string)))
      return numbered(part as string);
    return part !== null && /At$|_at$|^token_hash$/.test(key) ? 'some' : part;
  };
  return JSON.parse(JSON.stringify(value, replace));
}

it('each of a batch gets what it gets alone: every state of a token with every attempt', async () => {
  const alone = await presentAll(false);
  const gathered = await presentAll({});
  expect(gathered.answers).toEqual(alone.answers);
  expect(gathered.events).toEqual(alone.events);
  expect(gathered.rows).toEqual(alone.rows);
  // They did go together: some replays end in a revocation of their own.
  expect(alone.statements).toBeGreaterThan(CASES.length);
  expect(gathered.statements).toBeLessThan(CASES.length / 3);
  const codes = alone.answers.map(([, answer]) => (typeof answer === 'string' ? answer : 'redeemed'));
  expect([...new Set(codes)].sort()).toEqual([
    'redeemed',
    'target_mismatch',
    'token_expired',
    'token_revoked',
    'token_unknown',
    'token_used',
    'verifier_mismatch',
  ]);
});

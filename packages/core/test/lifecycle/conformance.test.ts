import type { CrossAppSessions } from '@cross-app/protocol';
import { CONFORMANCE_CASES, ConformanceFailure } from '@cross-app/protocol/conformance';
import type { ConformanceSubject } from '@cross-app/protocol/conformance';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { createSessions } from '../sessions.js';

const CASES = CONFORMANCE_CASES.map(({ name, run }) => [name, run] as const);

let store: TestStore;
let subject: ConformanceSubject;
beforeAll(async () => {
  store = await openTestStore();
  const [user, account] = await Promise.all([
    store.knex('users').where({ id: store.userId }).first('id', 'email', 'name'),
    store.knex('accounts').first('id', 'name', 'slug'),
  ]);
  subject = {
    sessions: createSessions({ knex: store.knex, appId: 'tuvens' }),
    user: { ...user, id: String(user.id) },
    account: { ...account, id: String(account.id) },
    targetApp: 'hi-events',
  };
});
afterAll(() => store.close());

describe('the sessions of the database', () => {
  it.each(CASES)('%s', async (_name, run) => {
    await expect(run(subject)).resolves.toBeUndefined();
  });
});

/** Breaks one promise of an implementation, and keeps the others. */
type Breakage = (sessions: CrossAppSessions) => Partial<CrossAppSessions>;

const resolved = (): Promise<void> => Promise.resolve();

// What somebody's own store might do. Each has to be found, or the suite is worth nothing.
const BREAKAGES: [what: string, breakage: Breakage][] = [
  [
    'redeems a token again and again',
    (sessions) => ({
      redeem: (token, request) =>
        sessions
          .redeem(token, request)
          .catch(() => sessions.inspect(token, { targetApp: request.targetApp, redeemed: true })),
    }),
  ],
  [
    'gives no answer to a retry',
    (sessions) => ({
      redeem: (token, request) => sessions.redeem(token, { ...request, redemptionId: undefined }),
    }),
  ],
  [
    'ignores the verifier',
    (sessions) => ({
      issue: (request) => sessions.issue({ ...request, codeChallenge: undefined }),
      redeem: (token, request) => sessions.redeem(token, { ...request, codeVerifier: undefined }),
    }),
  ],
  [
    'redeems for any app',
    (sessions) => ({
      redeem: (token, request) => sessions.redeem(token, { ...request, targetApp: 'hi-events' }),
    }),
  ],
  [
    'uses a token up by looking at it',
    (sessions) => ({ inspect: (token, request) => sessions.redeem(token, request) }),
  ],
  [
    'forgets what was sent along',
    (sessions) => ({ issue: (request) => sessions.issue({ ...request, payload: undefined }) }),
  ],
  [
    'forgets the account',
    (sessions) => ({ issue: (request) => sessions.issue({ ...request, accountId: null }) }),
  ],
  ['revokes nothing', () => ({ revoke: resolved })],
  [
    'rejects when there is nothing to revoke',
    (sessions) => ({
      revoke: async (token) => {
        await sessions.inspect(token, { targetApp: 'hi-events' });
        await sessions.revoke(token);
      },
    }),
  ],
  ['counts nothing', (sessions) => ({ revokeAll: async (filter) => (await sessions.revokeAll(filter)) * 0 })],
  [
    'revokes everything when nothing is given to go by',
    (sessions) => ({ revokeAll: (filter) => sessions.revokeAll({ ...filter, targetApp: 'hi-events' }) }),
  ],
];

describe('the conformance suite', () => {
  it.each(BREAKAGES)('finds a store that %s', async (_what, breakage) => {
    const { sessions } = subject;
    const kept: CrossAppSessions = {
      issue: (request) => sessions.issue(request),
      redeem: (token, request) => sessions.redeem(token, request),
      inspect: (token, request) => sessions.inspect(token, request),
      revoke: (token, scope) => sessions.revoke(token, scope),
      revokeAll: (filter) => sessions.revokeAll(filter),
    };
    const failures: unknown[] = [];
    for (const { run } of CONFORMANCE_CASES) {
      await run({ ...subject, sessions: { ...kept, ...breakage(sessions) } }).catch((error: unknown) =>
        failures.push(error),
      );
    }
    expect(failures).toContainEqual(expect.any(ConformanceFailure));
  });
});

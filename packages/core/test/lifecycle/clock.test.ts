import { countStatements, openKnex, openTestStore, expireToken } from '../database.js';
import type { TestStore } from '../database.js';
import { createSessions } from '../sessions.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
afterEach(() => jest.restoreAllMocks());

const target = { targetApp: 'hi-events' };
const HOUR = 60 * 60 * 1000;

/** Sets the wall clock of this process wrong, but not PostgreSQL's. */
function setWallClock(offsetMs: number): void {
  const real = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => real() + offsetMs);
}

async function databaseNow(): Promise<number> {
  const { rows } = await store.knex.raw<{ rows: { now: Date }[] }>('SELECT clock_timestamp() AS now');
  return Number(rows[0]?.now);
}

describe.each([-2 * HOUR, -10 * 60_000, 10 * 60_000, 2 * HOUR])(
  'with a wall clock that is %d ms off',
  (offsetMs) => {
    it('a token lives as long by the database as by a right clock', async () => {
      setWallClock(offsetMs);
      const sessions = createSessions({ knex: store.knex, appId: 'tuvens', ttlSeconds: 60 });
      const before = await databaseNow();
      const { token, session } = await sessions.issue({ userId: store.userId, ...target });
      expect(session.expiresAt.getTime()).toBeGreaterThan(before + 58_000);
      expect(session.expiresAt.getTime()).toBeLessThanOrEqual((await databaseNow()) + 61_000);
      await expect(sessions.redeem(token, target)).resolves.toBeDefined();
    });

    it('an expired token is refused and a good one is not', async () => {
      const issuer = createSessions({ knex: store.knex, appId: 'tuvens' });
      const good = await issuer.issue({ userId: store.userId, ...target });
      const late = await expireToken(
        store.knex,
        (await issuer.issue({ userId: store.userId, ...target })).token,
      );
      setWallClock(offsetMs);
      const redeemer = createSessions({ knex: store.knex, appId: 'hi-events' });
      await expect(redeemer.redeem(late, target)).rejects.toMatchObject({ code: 'token_expired' });
      await expect(redeemer.redeem(good.token, target)).resolves.toBeDefined();
    });
  },
);

describe('issue', () => {
  it('needs one more statement only while it does not know the time', async () => {
    const knex = openKnex(store.url);
    const statements = countStatements(knex);
    setWallClock(HOUR);
    const sessions = createSessions({ knex, appId: 'tuvens' });
    await sessions.issue({ userId: store.userId, ...target });
    const before = statements();
    await sessions.issue({ userId: store.userId, ...target });
    expect(statements() - before).toBe(1);
    await knex.destroy();
  });

  it('stores the very second that the token carries', async () => {
    const { parseToken } = await import('@cross-app/protocol');
    const sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
    const { token, session } = await sessions.issue({ userId: store.userId, ...target });
    expect(session.expiresAt.getTime()).toBe((parseToken(token)?.expiresAtSeconds ?? 0) * 1000);
  });

  it('and redeem do not care for the time zone, date style or type parsers of the host', async () => {
    const url = new URL(store.url);
    url.searchParams.set('options', '-c TimeZone=Asia/Kathmandu -c DateStyle=German');
    const knex = openKnex(url.href);
    const sessions = createSessions({ knex, appId: 'tuvens', ttlSeconds: 60 });
    const before = await databaseNow();
    const { token, session } = await sessions.issue({ userId: store.userId, ...target });
    expect(Math.abs(session.expiresAt.getTime() - before - 60_000)).toBeLessThan(30_000);
    const redeemed = await sessions.redeem(token, target);
    expect(redeemed.session.expiresAt).toEqual(session.expiresAt);
    await knex.destroy();
  });
});

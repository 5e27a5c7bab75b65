import { ProductionRefused, seedDevelopmentData } from '../src/index.js';
import { seed } from '../src/seeds/cross_app_development_data.js';
import { openTestStore } from './database.js';
import type { TestStore } from './database.js';
import { createSessions } from './sessions.js';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await store.close();
});

const target = { targetApp: 'hi-events' };
const countOf = async (table: string, where: object): Promise<number> =>
  Number((await store.knex(table).where(where).count('* as n'))[0]?.['n']);

describe('seedDevelopmentData', () => {
  it('makes the test user, a token that works and one that has expired', async () => {
    const { userId, validToken, expiredToken } = await seedDevelopmentData(store.knex);
    const sessions = createSessions({ knex: store.knex, appId: 'hi-events' });
    const { user, session } = await sessions.redeem(validToken, target);
    expect(user).toEqual({ id: String(userId), email: 'test@example.com', name: 'Test User' });
    expect(session.sourceApp).toBe('test');
    expect(Math.abs(session.expiresAt.getTime() - session.createdAt.getTime() - 900_000)).toBeLessThan(2000);
    await expect(sessions.redeem(expiredToken, target)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('can run again and again: old test tokens go, the user and other sessions stay', async () => {
    const sessions = createSessions({ knex: store.knex, appId: 'tuvens' });
    const { token } = await sessions.issue({ userId: store.userId, ...target });
    const first = await seedDevelopmentData(store.knex);
    const second = await seedDevelopmentData(store.knex);
    expect(second.userId).toBe(first.userId);
    expect(await countOf('users', { email: 'test@example.com' })).toBe(1);
    expect(await countOf('cross_app_sessions', { source_app: 'test' })).toBe(2);
    await expect(sessions.redeem(first.validToken, target)).rejects.toMatchObject({ code: 'token_unknown' });
    await expect(sessions.redeem(token, target)).resolves.toBeDefined();
  });

  it('refuses a production environment unless it is forced, and changes nothing', async () => {
    jest.replaceProperty(process.env, 'NODE_ENV', 'production');
    await expect(seedDevelopmentData(store.knex)).rejects.toThrow(ProductionRefused);
    await expect(seed(store.knex)).rejects.toThrow(ProductionRefused);
    expect(await countOf('cross_app_sessions', {})).toBe(0);
    await expect(seedDevelopmentData(store.knex, true)).resolves.toBeDefined();
  });

  it('as a knex seed prints the tokens once, and the database has only their hashes', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await seed(store.knex);
    const printed = log.mock.calls.join('\n');
    expect(printed.match(/handoff_[\w-]{56}/g)).toHaveLength(2);
  });
});

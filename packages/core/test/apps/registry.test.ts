import { randomBytes } from 'node:crypto';
import { addApp, createAppRegistry, listApps, rotateAppSecret } from '../../src/index.js';
import type { DatabaseAppRegistry } from '../../src/index.js';
import { countStatements, openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
let registry: DatabaseAppRegistry;
beforeEach(async () => {
  store = await openTestStore();
  registry = createAppRegistry({ knex: store.knex });
});
afterEach(() => store.close());

const LANDING = 'https://hi.events/auth/cross-app';
const lastUses = async (): Promise<(Date | null)[]> =>
  (await listApps(store.knex)).flatMap(({ secrets }) => secrets.map(({ lastUsedAt }) => lastUsedAt));

describe('createAppRegistry', () => {
  it('gives the apps in one statement, as an issuer takes them', async () => {
    const limits = { validatePerMinute: 200 };
    const rules = { redirectUris: [LANDING], origins: ['https://hi.events'], limits };
    const made = await addApp(store.knex, 'hi-events', rules);
    await addApp(store.knex, 'tuvens', { targets: ['hi-events'], withSecret: false });
    const knex = openKnex(store.url, 1);
    const count = countStatements(knex);
    const cold = createAppRegistry({ knex });
    await cold.load();
    const before = count();
    expect(await cold.load()).toEqual({
      'hi-events': {
        ...rules,
        secrets: [{ id: made?.secretId, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
      tuvens: { redirectUris: [], origins: [], targets: ['hi-events'], limits: {} },
    });
    expect(count() - before).toBe(1);
    await knex.destroy();
  });

  it('gives none when there are none', async () => {
    expect(await registry.load()).toEqual({});
  });

  it("says by this machine's clock how long a secret lasts by the database's", async () => {
    await addApp(store.knex, 'hi-events');
    await rotateAppSecret(store.knex, 'hi-events', { overlapSeconds: 3600 });
    const start = Date.now();
    const wrong = start - 7_200_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(wrong);
    const { 'hi-events': app } = await registry.load();
    clock.mockRestore();
    const ends = app?.secrets?.map(({ expiresAt }) => expiresAt).filter((end) => end !== undefined) ?? [];
    expect(ends).toHaveLength(1);
    const lastsMs = (ends[0]?.getTime() ?? 0) - wrong;
    expect(lastsMs).toBeLessThanOrEqual(3_600_000);
    expect(lastsMs).toBeGreaterThan(3_600_000 - 60_000);
  });

  it('leaves out secrets that have ended', async () => {
    await addApp(store.knex, 'hi-events');
    const { secretId } = await rotateAppSecret(store.knex, 'hi-events', { overlapSeconds: 0 });
    expect(await registry.load()).toMatchObject({ 'hi-events': { secrets: [{ id: secretId }] } });
    await store.knex('cross_app_app_secrets').update({ expires_at: store.knex.fn.now() });
    expect((await registry.load())['hi-events']).not.toHaveProperty('secrets');
  });

  it('finds the apps beside a table of another schema', async () => {
    await store.knex.raw(
      'CREATE SCHEMA auth; ALTER TABLE cross_app_app_secrets SET SCHEMA auth; ALTER TABLE cross_app_apps SET SCHEMA auth',
    );
    await expect(registry.load()).rejects.toMatchObject({ code: 'store_unavailable' });
    const beside = createAppRegistry({ knex: store.knex, sessionsTable: 'auth.handoffs' });
    expect(await beside.load()).toEqual({});
  });

  it('needs no more than to read, and to write when a secret was used', async () => {
    const made = await addApp(store.knex, 'hi-events');
    const role = `registry_${randomBytes(8).toString('hex')}`;
    await store.knex
      .raw(`CREATE ROLE ${role}; GRANT SELECT ON cross_app_apps, cross_app_app_secrets TO ${role};
      GRANT UPDATE (last_used_at) ON cross_app_app_secrets TO ${role}`);
    const knex = openKnex(store.url, 1);
    await knex.raw(`SET ROLE ${role}`);
    const limited = createAppRegistry({ knex });
    expect(Object.keys(await limited.load())).toEqual(['hi-events']);
    await limited.onSecretUsed({ appId: 'hi-events', secretId: made?.secretId ?? '' });
    expect(await lastUses()).toEqual([expect.any(Date)]);
    await expect(knex('cross_app_app_secrets').update({ digest: 'x' })).rejects.toMatchObject({
      code: '42501',
    });
    await knex.destroy();
    await store.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it.each<[object, string]>([
    [{ knex: undefined }, 'knex must be a knex on PostgreSQL'],
    [{ sessionsTable: 'a; DROP' }, 'sessionsTable must be a name'],
    [{ table: 'x' }, 'createAppRegistry has no option "table"'],
  ])('refuses %j', (options, message) => {
    expect(() => createAppRegistry({ knex: store.knex, ...options })).toThrow(message);
  });
});

describe('onSecretUsed', () => {
  const setLastUse = (ago: string): Promise<unknown> =>
    store.knex.raw(`UPDATE cross_app_app_secrets SET last_used_at = now() - ?::interval`, [ago]);

  it('writes when the secret was used, at most once a minute', async () => {
    const use = { appId: 'hi-events', secretId: (await addApp(store.knex, 'hi-events'))?.secretId ?? '' };
    expect(await lastUses()).toEqual([null]);
    await registry.onSecretUsed(use);
    const [first] = await lastUses();
    expect(first).toBeInstanceOf(Date);
    await setLastUse('59 seconds');
    const [before] = await lastUses();
    await registry.onSecretUsed(use);
    expect(await lastUses()).toEqual([before]);
    await setLastUse('61 seconds');
    await registry.onSecretUsed(use);
    expect((await lastUses())[0]?.getTime()).toBeGreaterThan(before?.getTime() ?? Infinity);
  });

  it('writes nothing for another app, another secret, and one that is gone', async () => {
    const made = await addApp(store.knex, 'hi-events');
    await registry.onSecretUsed({ appId: 'hi-events', secretId: 'other' });
    await registry.onSecretUsed({ appId: 'tickets', secretId: made?.secretId ?? '' });
    expect(await lastUses()).toEqual([null]);
  });
});

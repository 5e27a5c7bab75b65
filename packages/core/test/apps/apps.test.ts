import { createHash } from 'node:crypto';
import {
  addApp,
  createMigrationSource,
  listApps,
  MaintenanceRefused,
  removeApp,
  rotateAppSecret,
} from '../../src/index.js';
import { openKnex, openTestStore, untilWaiting } from '../database.js';
import type { TestStore } from '../database.js';

const LANDING = 'https://hi.events/auth/cross-app';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

/** The ids of an app's secrets, and whether each ends. */
async function secretsOf(appId: string): Promise<[id: string, isEnding: boolean][]> {
  const app = (await listApps(store.knex)).find(({ id }) => id === appId);
  return (app?.secrets ?? []).map(({ id, expiresAt }) => [id, expiresAt !== null]);
}

const expireSecrets = (): Promise<unknown> =>
  store.knex.raw("UPDATE cross_app_app_secrets SET expires_at = now() - interval '1 second'");

describe('addApp', () => {
  it('registers what was given, and stores the hash of the secret only', async () => {
    const limits = { validatePerMinute: 200, accountsPerMinute: 1, permissionPerMinute: 1_000_000 };
    const made = await addApp(store.knex, 'hi-events', {
      ...{ redirectUris: [LANDING], origins: ['https://hi.events'], targets: ['a', '{"b",}'], limits },
    });
    expect(made?.secret).toMatch(/^[\w-]{43}$/);
    const rows = await store.knex('cross_app_app_secrets').select();
    expect(rows).toMatchObject([
      { app_id: 'hi-events', id: made?.secretId, digest: sha256(made?.secret ?? ''), last_used_at: null },
    ]);
    expect(JSON.stringify([rows, await store.knex('cross_app_apps').select()])).not.toContain(made?.secret);
    expect(await listApps(store.knex)).toEqual([
      {
        ...{ id: 'hi-events', redirectUris: [LANDING], origins: ['https://hi.events'], limits },
        ...{ targets: ['a', '{"b",}'], createdAt: expect.any(Date) as Date },
        secrets: [
          {
            ...{ id: sha256(made?.secret ?? '').slice(0, 8), createdAt: expect.any(Date) as Date },
            ...{ expiresAt: null, isExpired: false, lastUsedAt: null },
          },
        ],
      },
    ]);
  });

  it('needs nothing but an id, and gives none to an app without a secret', async () => {
    expect(await addApp(store.knex, 'tuvens', { withSecret: false })).toBeNull();
    expect(await listApps(store.knex)).toMatchObject([
      { id: 'tuvens', redirectUris: [], origins: [], targets: null, limits: {}, secrets: [] },
    ]);
  });

  it('takes an empty list of targets for none', async () => {
    await addApp(store.knex, 'tuvens', { targets: [] });
    expect(await listApps(store.knex)).toMatchObject([{ targets: [] }]);
  });

  it('refuses an app that is there, and leaves it as it is', async () => {
    await addApp(store.knex, 'hi-events', { redirectUris: [LANDING] });
    const before = await listApps(store.knex);
    await expect(addApp(store.knex, 'hi-events')).rejects.toThrow(
      new MaintenanceRefused('There is an app hi-events already.'),
    );
    expect(await listApps(store.knex)).toEqual(before);
  });

  it('lets one of 10 at once win, whose secret is the one that is stored', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => addApp(store.knex, 'hi-events')),
    );
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(won).toHaveLength(1);
    expect(await secretsOf('hi-events')).toEqual([[won[0]?.secretId, false]]);
  });

  it.each<[string, string, object]>([
    ['an id with a blank', 'hi events', {}],
    ['an id of 51 characters', 'x'.repeat(51), {}],
    ['a landing over http', 'a', { redirectUris: ['http://hi.events/'] }],
    ['a landing that no browser writes so', 'a', { redirectUris: ['https://hi.events'] }],
    ['a landing with a fragment', 'a', { redirectUris: [`${LANDING}#`] }],
    ['a landing that is no list', 'a', { redirectUris: LANDING }],
    ['an origin with a path', 'a', { origins: ['https://hi.events/'] }],
    ['a target with a blank', 'a', { targets: ['b c'] }],
    ['a limit of 0', 'a', { limits: { validatePerMinute: 0 } }],
    ['a limit beyond a million', 'a', { limits: { accountsPerMinute: 1_000_001 } }],
    ['a limit that apps do not have', 'a', { limits: { generatePerMinute: 1 } }],
    ['an unknown option', 'a', { redirectUri: LANDING }],
  ])('refuses %s, and writes nothing', async (_, id, options) => {
    await expect(addApp(store.knex, id, options)).rejects.toThrow(TypeError);
    expect(await listApps(store.knex)).toEqual([]);
  });
});

describe('rotateAppSecret', () => {
  it('adds a secret, and lets the one before it end after the overlap', async () => {
    const first = await addApp(store.knex, 'hi-events');
    const { secret, secretId, ending } = await rotateAppSecret(store.knex, 'hi-events', {
      overlapSeconds: 60,
    });
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(ending).toEqual([{ secretId: first?.secretId, expiresAt: expect.any(Date) as Date }]);
    expect(await secretsOf('hi-events')).toEqual([
      [first?.secretId, true],
      [secretId, false],
    ]);
    const { rows } = await store.knex.raw<{ rows: [{ seconds: string }] }>(
      'SELECT extract(epoch FROM max(expires_at) - max(created_at)) AS seconds FROM cross_app_app_secrets',
    );
    expect(Number(rows[0].seconds)).toBeGreaterThan(55);
    expect(Number(rows[0].seconds)).toBeLessThanOrEqual(60);
  });

  it('lets none end later than it was to', async () => {
    await addApp(store.knex, 'hi-events');
    const [soon] = (await rotateAppSecret(store.knex, 'hi-events', { overlapSeconds: 60 })).ending;
    const { ending } = await rotateAppSecret(store.knex, 'hi-events');
    expect(ending[0]).toEqual(soon);
    expect(ending).toHaveLength(2);
  });

  it('with no overlap ends the old ones at once', async () => {
    await addApp(store.knex, 'hi-events');
    await rotateAppSecret(store.knex, 'hi-events', { overlapSeconds: 0 });
    const [app] = await listApps(store.knex);
    expect(app?.secrets.map(({ isExpired }) => isExpired)).toEqual([true, false]);
  });

  it('deletes those that have ended, and leaves the secrets of other apps alone', async () => {
    await addApp(store.knex, 'hi-events');
    await expireSecrets();
    const other = await addApp(store.knex, 'tickets');
    const { secretId, ending } = await rotateAppSecret(store.knex, 'hi-events');
    expect(ending).toEqual([]);
    expect(await secretsOf('hi-events')).toEqual([[secretId, false]]);
    expect(await secretsOf('tickets')).toEqual([[other?.secretId, false]]);
  });

  it('gives an app without secrets its first one', async () => {
    await addApp(store.knex, 'tuvens', { withSecret: false });
    const { secretId } = await rotateAppSecret(store.knex, 'tuvens');
    expect(await secretsOf('tuvens')).toEqual([[secretId, false]]);
  });

  it('leaves one secret without an end when two that met rotate, whichever was first', async () => {
    const first = await addApp(store.knex, 'hi-events');
    const blocker = await store.knex.transaction();
    await blocker.raw('SELECT FROM cross_app_apps FOR UPDATE');
    const rotations = [rotateAppSecret(store.knex, 'hi-events'), rotateAppSecret(store.knex, 'hi-events')];
    await untilWaiting(store.knex, 2);
    await blocker.commit();
    const made = (await Promise.all(rotations)).map(({ secretId }) => secretId);
    const secrets = await secretsOf('hi-events');
    expect(secrets.map(([id]) => id).sort()).toEqual([first?.secretId, ...made].sort());
    expect(secrets.filter(([, isEnding]) => !isEnding)).toHaveLength(1);
  });

  it('works where the default is a higher level of isolation', async () => {
    await addApp(store.knex, 'hi-events');
    await store.knex.raw(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database()); END $$",
    );
    const knex = openKnex(store.url);
    await Promise.all(Array.from({ length: 5 }, () => rotateAppSecret(knex, 'hi-events')));
    await knex.destroy();
    expect((await secretsOf('hi-events')).filter(([, isEnding]) => !isEnding)).toHaveLength(1);
  });

  it('does nothing for an app that is being removed', async () => {
    await addApp(store.knex, 'hi-events');
    const blocker = await store.knex.transaction();
    await blocker('cross_app_apps').delete();
    const rotation = rotateAppSecret(store.knex, 'hi-events');
    rotation.catch(() => undefined);
    await untilWaiting(store.knex, 1);
    await blocker.commit();
    await expect(rotation).rejects.toThrow(new MaintenanceRefused('There is no app hi-events.'));
    expect(await store.knex('cross_app_app_secrets').select()).toEqual([]);
  });

  it('refuses an app that is not there, and an overlap that is none', async () => {
    await expect(rotateAppSecret(store.knex, 'nope')).rejects.toThrow('There is no app nope.');
    for (const overlapSeconds of [-1, 1.5, 365 * 86_400 + 1, NaN]) {
      await expect(rotateAppSecret(store.knex, 'nope', { overlapSeconds })).rejects.toThrow(TypeError);
    }
  });
});

describe('removeApp', () => {
  it('removes the app with its secrets, and no other; then there is none', async () => {
    await addApp(store.knex, 'hi-events');
    const other = await addApp(store.knex, 'tickets');
    await removeApp(store.knex, 'hi-events');
    expect((await listApps(store.knex)).map(({ id }) => id)).toEqual(['tickets']);
    expect(await store.knex('cross_app_app_secrets').pluck('id')).toEqual([other?.secretId]);
    await expect(removeApp(store.knex, 'hi-events')).rejects.toThrow('There is no app hi-events.');
  });
});

describe('the tables of apps', () => {
  it.each([
    [{ id: 'a b' }, /chk_cross_app_apps_id/],
    [{ id: '' }, /chk_cross_app_apps_id/],
    [{ id: 'a', validate_per_minute: 0 }, /chk_cross_app_apps_validate_per_minute/],
  ])('take no app that is %j', async (row, message) => {
    await expect(store.knex('cross_app_apps').insert(row)).rejects.toThrow(message);
  });

  it('take nothing but a hash for a secret, and each once', async () => {
    await addApp(store.knex, 'a', { withSecret: false });
    const insert = (id: string, digest: string) =>
      store.knex('cross_app_app_secrets').insert({ app_id: 'a', id, digest });
    await expect(insert('1', 'a secret in the clear, 32 characters')).rejects.toThrow(
      /chk_cross_app_app_secrets_digest/,
    );
    await expect(insert('', sha256('x'))).rejects.toThrow(/chk_cross_app_app_secrets_id/);
    await insert('1', sha256('x'));
    await expect(insert('2', sha256('x'))).rejects.toThrow(/uq_cross_app_app_secrets_digest/);
  });

  it('are one pair for all tables of handoffs in a schema, and stay until the last of them goes', async () => {
    await store.knex.raw(`CREATE TABLE handoffs (LIKE cross_app_sessions); INSERT INTO cross_app_settings
      SELECT 'public.handoffs', users_table, accounts_table, user_id_type, account_id_type, foreign_keys
      FROM cross_app_settings`);
    const isThere = (): Promise<boolean> => store.knex.schema.hasTable('cross_app_apps');
    const migrations = await createMigrationSource().getMigrations([]);
    const addApps = migrations.find(({ name }) => name.endsWith('add_cross_app_apps.js'));
    await addApps?.down?.(store.knex);
    expect(await isThere()).toBe(true);
    await store.knex.raw(
      "DROP TABLE handoffs; DELETE FROM cross_app_settings WHERE sessions_table = 'public.handoffs'",
    );
    await addApps?.down?.(store.knex);
    expect(await isThere()).toBe(false);
    await expect(listApps(store.knex)).rejects.toThrow(/no public\.cross_app_apps: run cross-app migrate/);
    await addApps?.up(store.knex);
    expect(await listApps(store.knex)).toEqual([]);
  });
});

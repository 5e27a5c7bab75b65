import { addApp, createAppRegistry, listApps, removeApp, rotateAppSecret } from '@cross-app/core';
import request from 'supertest';
import { createSourceApp, generate, issuerOptions, LANDING, OTHER_APP, VALIDATE } from '../issuer-app.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

// From the table to the wire: what an operator does takes effect in an issuer that runs.

let store: TestStore;
let now: number;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  now = 5000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await store.knex('cross_app_apps').delete();
});
afterAll(() => store.close());

const createApp = () =>
  createSourceApp(
    issuerOptions(store.sessions, {
      apps: createAppRegistry({ knex: store.knex }),
      appId: 'tuvens',
      limits: false,
    }),
  );

/** Redeems a new token with this secret. */
async function redeem(app: ReturnType<typeof createApp>, secret = ''): Promise<number> {
  const session_token = await store.issueToken();
  const { status } = await request(app).post(VALIDATE).set('x-shared-secret', secret).send({ session_token });
  return status;
}

const reload = (): void => {
  now += 30_000;
};

async function untilUsed(secretId: string): Promise<Date> {
  for (;;) {
    const secrets = (await listApps(store.knex)).flatMap((app) => app.secrets);
    const lastUsedAt = secrets.find(({ id }) => id === secretId)?.lastUsedAt ?? null;
    if (lastUsedAt !== null) return lastUsedAt;
  }
}

describe('apps on the table', () => {
  it('are rotated without a call that fails: add, overlap, last use, end', async () => {
    const app = createApp();
    const old = await addApp(store.knex, TARGET_APP);
    expect(await redeem(app, old?.secret)).toBe(200);
    expect(await untilUsed(old?.secretId ?? '')).toBeInstanceOf(Date);

    const next = await rotateAppSecret(store.knex, TARGET_APP);
    reload();
    expect([await redeem(app, old?.secret), await redeem(app, next.secret)]).toEqual([200, 200]);
    expect(await untilUsed(next.secretId)).toBeInstanceOf(Date);

    await store.knex.raw('UPDATE cross_app_app_secrets SET expires_at = now() WHERE expires_at IS NOT NULL');
    reload();
    expect([await redeem(app, old?.secret), await redeem(app, next.secret)]).toEqual([401, 200]);
  });

  it('stop using a secret at its end, without a reload', async () => {
    const app = createApp();
    const old = await addApp(store.knex, TARGET_APP);
    await rotateAppSecret(store.knex, TARGET_APP, { overlapSeconds: 3600 });
    expect(await redeem(app, old?.secret)).toBe(200);
    const later = Date.now() + 3_600_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    const { status } = await request(app)
      .post(VALIDATE)
      .set('x-shared-secret', old?.secret ?? '')
      .send({});
    expect(status).toBe(401);
  });

  it('are gone within the reload time once they are removed', async () => {
    const app = createApp();
    const made = await addApp(store.knex, TARGET_APP);
    expect(await redeem(app, made?.secret)).toBe(200);
    await removeApp(store.knex, TARGET_APP);
    expect(await redeem(app, made?.secret)).toBe(200);
    reload();
    expect(await redeem(app, made?.secret)).toBe(401);
    const { status } = await generate(app, { target_app: TARGET_APP });
    expect(status).toBe(400);
  });

  it('say where handoffs may land, whom to hand over to, and how often to call', async () => {
    await addApp(store.knex, 'tuvens', { targets: [TARGET_APP], withSecret: false });
    await addApp(store.knex, OTHER_APP);
    const limits = { validatePerMinute: 1 };
    const made = await addApp(store.knex, TARGET_APP, { redirectUris: [LANDING], limits });
    const app = createSourceApp(
      issuerOptions(store.sessions, { apps: createAppRegistry({ knex: store.knex }), appId: 'tuvens' }),
    );
    await generate(app, { redirect_uri: LANDING }).expect(200);
    await generate(app, { redirect_uri: `${LANDING}/` }).expect(400);
    await generate(app, { target_app: OTHER_APP }).expect(400);
    expect([await redeem(app, made?.secret), await redeem(app, made?.secret)]).toEqual([200, 429]);
  });

  it('are 503 while the table cannot be read, and the last ones while it cannot be read again', async () => {
    const made = await addApp(store.knex, TARGET_APP);
    const failures: unknown[] = [];
    const app = createSourceApp(
      issuerOptions(store.sessions, {
        ...{ apps: createAppRegistry({ knex: store.knex }), appId: 'tuvens', limits: false },
        onRegistryError: (error) => void failures.push(error),
      }),
    );
    await store.knex.raw('ALTER TABLE cross_app_apps RENAME TO hidden');
    expect(await redeem(app, made?.secret)).toBe(503);
    await store.knex.raw('ALTER TABLE hidden RENAME TO cross_app_apps');
    now += 1000;
    expect(await redeem(app, made?.secret)).toBe(200);
    await store.knex.raw('ALTER TABLE cross_app_apps RENAME TO hidden');
    reload();
    expect(await redeem(app, made?.secret)).toBe(200);
    await store.knex.raw('ALTER TABLE hidden RENAME TO cross_app_apps');
    expect(failures).toMatchObject([{ code: 'store_unavailable' }, { code: 'store_unavailable' }]);
  });
});

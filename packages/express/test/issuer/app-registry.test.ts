import request from 'supertest';
import { crossAppIssuer } from '../../src/index.js';
import type { AppRegistry, CrossAppIssuerOptions, IssuerApp, SecretUse } from '../../src/index.js';
import {
  createSourceApp,
  generate,
  GENERATE,
  HEALTH,
  issuerOptions,
  NEXT_SECRET,
  OTHER_APP,
  OTHER_SECRET,
  SECRET,
  SIGNED_IN,
  VALIDATE,
} from '../issuer-app.js';
import { recordErrors } from '../record-errors.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
let now: number;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  now = 5000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => store.close());

type Apps = Record<string, IssuerApp>;
type Changes = Partial<CrossAppIssuerOptions>;
const PAGE = 'https://app.tuvens.com';
const OLD = { id: 'old', secret: SECRET };
const NEXT = { id: 'next', secret: NEXT_SECRET };

/** A registry whose apps and health a test changes, and an issuer with it. */
function open(apps: Apps, changes: Changes = {}) {
  const state = { apps, failure: undefined as Error | undefined, hold: Promise.resolve(), loads: 0 };
  const failures: unknown[] = [];
  const registry: AppRegistry = {
    load: async () => {
      state.loads += 1;
      const { apps: found, failure, hold } = state;
      await hold;
      if (failure !== undefined) throw failure;
      return found;
    },
  };
  const app = createSourceApp(
    issuerOptions(store.sessions, {
      apps: registry,
      appId: 'tuvens',
      limits: false,
      onRegistryError: (error) => void failures.push(error),
      ...changes,
    }),
  );
  /** The status of a call with this secret: 400 is the reply to an app that is known, since it sends no token. */
  const call = async (secret = SECRET): Promise<number> =>
    (await request(app).post(VALIDATE).set('x-shared-secret', secret).send({})).status;
  return { app, state, registry, failures, call };
}

/** Makes the registry wait, and gives what lets it go on. */
function holdLoads(state: { hold: Promise<void> }): () => void {
  let release = (): void => undefined;
  state.hold = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

const loaded = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a registry', () => {
  it('is asked with the first call, and not again while its apps are new', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    expect(state.loads).toBe(0);
    expect(await call()).toBe(400);
    now += 14_999;
    expect(await call()).toBe(400);
    expect(await call('x'.repeat(32))).toBe(401);
    expect(state.loads).toBe(1);
  });

  it('is asked once by many first calls at once', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    const release = holdLoads(state);
    const calls = Array.from({ length: 20 }, () => call());
    await loaded();
    release();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([400]));
    expect(state.loads).toBe(1);
  });

  it('is asked again behind the back of a call, when half of the time has passed', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    await call();
    state.apps = { [TARGET_APP]: { secrets: [NEXT_SECRET] } };
    const release = holdLoads(state);
    now += 15_000;
    expect(await call()).toBe(400);
    expect(await call(NEXT_SECRET)).toBe(401);
    release();
    await loaded();
    expect(await call(NEXT_SECRET)).toBe(400);
    expect(await call()).toBe(401);
    expect(state.loads).toBe(2);
  });

  it.each([
    ['by default', 30, {}],
    ['as it was told', 5, { reloadAppsSeconds: 5 }],
  ])(
    'makes a call wait, %s, rather than answer by older apps, after whatever time',
    async (_, age, changes) => {
      const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } }, changes);
      await call();
      state.apps = {};
      now += age * 1000;
      expect(await call()).toBe(401);
      expect(state.loads).toBe(2);
    },
  );

  it('counts the age of its apps from before they were loaded', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    const release = holdLoads(state);
    const first = call();
    while (state.loads === 0) await loaded();
    state.apps = {};
    now += 4000;
    release();
    expect(await first).toBe(400);
    now += 26_000;
    expect(await call()).toBe(401);
  });

  it('may be empty', async () => {
    const { app, call } = open({});
    expect(await call()).toBe(401);
    await generate(app, { target_app: TARGET_APP }).expect(400);
    const { status } = await request(app).get(HEALTH);
    expect(status).toBe(200);
  });

  it('changes targets, landings and origins too', async () => {
    const landing = 'https://hi.events/landing';
    const { app, state } = open({ [TARGET_APP]: {} });
    const issue = (body: object) =>
      request(app)
        .post(GENERATE)
        .set({ ...SIGNED_IN, Origin: PAGE })
        .send(body);
    await issue({ redirect_uri: landing }).expect(400);
    state.apps = {
      tuvens: { origins: [PAGE], targets: [TARGET_APP, 'gone'] },
      [TARGET_APP]: { redirectUris: [landing] },
      [OTHER_APP]: {},
    };
    now += 30_000;
    const { headers } = await issue({ redirect_uri: landing }).expect(200);
    expect(headers).toMatchObject({ 'access-control-allow-origin': PAGE });
    const { status } = await issue({ target_app: OTHER_APP });
    expect(status).toBe(400);
  });
});

describe('a registry that fails', () => {
  it('is 503 for every call until it has loaded once, with the reason for onError only', async () => {
    const errors: unknown[] = [];
    const options = { origins: [PAGE], onError: (error: unknown) => void errors.push(error) };
    const { app, state, call } = open({ [TARGET_APP]: { secrets: [SECRET] } }, options);
    state.failure = new RangeError('canary');
    for (const asked of [
      request(app).post(VALIDATE).set('x-shared-secret', SECRET).send({}),
      generate(app).set('Origin', PAGE),
      request(app).get(HEALTH),
    ]) {
      const { status, body, text } = await asked;
      expect(status).toBe(503);
      expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
      expect(text).not.toContain('canary');
    }
    expect(errors).toMatchObject([{}, {}, {}].map(() => ({ cause: { message: 'canary' } })));
    state.failure = undefined;
    now += 1000;
    expect(await call()).toBe(400);
  });

  it("lets pages of the issuer's own origins read the 503", async () => {
    const { app, state } = open({}, { origins: [PAGE] });
    state.failure = new RangeError('away');
    const { headers } = await generate(app).set('Origin', PAGE).expect(503);
    expect(headers).toMatchObject({ 'access-control-allow-origin': PAGE });
  });

  it('leaves the last good apps, says why, and is tried again every second', async () => {
    const { call, state, failures } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    await call();
    state.failure = new RangeError('away');
    now += 30_000;
    expect(await call()).toBe(400);
    expect(failures).toEqual([state.failure]);
    now += 999;
    expect(await call()).toBe(400);
    expect(state.loads).toBe(2);
    now += 1;
    expect(await call()).toBe(400);
    await loaded();
    expect([state.loads, failures.length]).toEqual([3, 2]);
    state.failure = undefined;
    state.apps = {};
    now += 1000;
    await call();
    await loaded();
    expect(await call()).toBe(401);
  });

  it('is waited for again when its failure is long ago', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    await call();
    state.failure = new RangeError('away');
    now += 30_000;
    await call();
    state.failure = undefined;
    state.apps = {};
    now += 3_600_000;
    expect(await call()).toBe(401);
  });

  it('does not hold up calls that have apps to go by while it hangs again', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    await call();
    state.failure = new RangeError('away');
    now += 30_000;
    await call();
    const release = holdLoads(state);
    now += 1000;
    expect(await call()).toBe(400);
    release();
  });

  it('is given up after 5 seconds', async () => {
    const { call, state, failures } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    await call();
    const release = holdLoads(state);
    jest.spyOn(globalThis, 'setTimeout').mockImplementationOnce((done: () => void, ms) => {
      expect(ms).toBe(5000);
      done();
      return { unref: () => undefined } as unknown as NodeJS.Timeout;
    });
    now += 30_000;
    expect(await call()).toBe(400);
    expect(failures).toMatchObject([{ message: 'The apps were not loaded in time.' }]);
    release();
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', null],
    ['an app with a short secret', { a: { secrets: ['canary'] } }],
    ['an unknown key', { a: { secret: SECRET } }],
    ['a secret of two apps', { a: { secrets: [SECRET] }, b: { secrets: [SECRET] } }],
  ])('is one that gives %s', async (_, apps) => {
    const { call, state, failures } = open({ [TARGET_APP]: { secrets: [SECRET] } });
    await call();
    state.apps = apps as Apps;
    now += 30_000;
    expect(await call()).toBe(400);
    expect(failures).toEqual([expect.any(TypeError)]);
    expect(String(failures[0])).not.toMatch(/canary|hi-events-secret/);
  });

  it.each(['throws', 'is not given'])('warns the process when onRegistryError %s', async (how) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const onRegistryError = (): void => {
      throw new RangeError('no disk');
    };
    const { registry } = open({});
    registry.load = () => Promise.reject(new RangeError('away'));
    const listener = how === 'throws' ? { onRegistryError } : {};
    const options = issuerOptions(store.sessions, { apps: registry, appId: 'tuvens', ...listener });
    await request(createSourceApp(options)).get(HEALTH).expect(503);
    expect(warn.mock.calls).toEqual([
      how === 'throws'
        ? ['onRegistryError of crossAppIssuer failed: RangeError: no disk', 'CrossAppListenerWarning']
        : ['the apps of crossAppIssuer were not loaded: RangeError: away', 'CrossAppAppsWarning'],
    ]);
  });
});

describe('secrets of a registry', () => {
  it('overlap while they are changed', async () => {
    const { call, state } = open({ [TARGET_APP]: { secrets: [OLD] } });
    expect([await call(), await call(NEXT_SECRET)]).toEqual([400, 401]);
    state.apps = { [TARGET_APP]: { secrets: [OLD, NEXT] } };
    now += 30_000;
    expect([await call(), await call(NEXT_SECRET)]).toEqual([400, 400]);
    state.apps = { [TARGET_APP]: { secrets: [NEXT] } };
    now += 30_000;
    expect([await call(), await call(NEXT_SECRET)]).toEqual([401, 400]);
  });

  it('are reported to the registry and to the host, once a minute across loads', async () => {
    const heard: [who: string, secretId: string][] = [];
    const { call, registry, state } = open(
      { [TARGET_APP]: { secrets: [OLD] }, [OTHER_APP]: { secrets: [OTHER_SECRET] } },
      { onSecretUsed: ({ secretId }: SecretUse) => void heard.push(['host', secretId]) },
    );
    registry.onSecretUsed = ({ secretId }) => void heard.push(['registry', secretId]);
    await call();
    now += 30_000;
    state.apps = { [TARGET_APP]: { secrets: [OLD, NEXT] } };
    await call();
    await call(NEXT_SECRET);
    expect(heard).toEqual([
      ['registry', 'old'],
      ['host', 'old'],
      ['registry', 'next'],
      ['host', 'next'],
    ]);
    now += 30_000;
    await call();
    expect(heard.slice(4)).toEqual([
      ['registry', 'old'],
      ['host', 'old'],
    ]);
  });
});

describe('crossAppIssuer, given a registry that cannot work', () => {
  const registry: AppRegistry = { load: () => Promise.resolve({}) };
  const construct = (changes: Record<string, unknown>) => () =>
    crossAppIssuer({ ...issuerOptions(store.sessions), apps: registry, appId: 'tuvens', ...changes });

  it.each<[string, Record<string, unknown>, string]>([
    ['no own id', { appId: undefined }, "appId must be this app's id"],
    [
      'a time of 0',
      { reloadAppsSeconds: 0 },
      'reloadAppsSeconds must be a whole number of seconds, 1 to 3600',
    ],
    ['a time as text', { reloadAppsSeconds: '30' }, 'reloadAppsSeconds must be'],
    ['more than an hour', { reloadAppsSeconds: 3601 }, 'reloadAppsSeconds must be'],
    ['a listener that is none', { onRegistryError: 'log' }, 'onRegistryError must be a function'],
    ['a default target that can be none', { defaultTargetApp: 'a b' }, 'defaultTargetApp must be the id'],
  ])('refuses %s at once', (_, changes, message) => {
    expect(construct(changes)).toThrow(TypeError);
    expect(construct(changes)).toThrow(message);
  });

  it('takes a default target that may come later, and an app that is called load', () => {
    expect(construct({ defaultTargetApp: 'later' })).not.toThrow();
    expect(construct({ apps: { load: { secrets: [SECRET] } } })).not.toThrow();
  });

  it('leaves the paths of the host alone while there are no apps', async () => {
    const { app, state } = open({});
    const errors = recordErrors(app);
    state.failure = new RangeError('away');
    const { status } = await request(app).get('/api/cross-app/unknown');
    expect([status, state.loads, errors.length]).toEqual([404, 0, 0]);
  });
});

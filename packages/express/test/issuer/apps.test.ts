import { createHash } from 'node:crypto';
import request from 'supertest';
import type { Test } from 'supertest';
import type { IssuerApp, SecretUse } from '../../src/index.js';
import { readApps } from '../../src/issuer/apps/apps.js';
import { createSourceApp, issuerOptions, NEXT_SECRET, SECRET, VALIDATE } from '../issuer-app.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const appWith = (...secrets: unknown[]) => ({ [TARGET_APP]: { secrets } }) as Record<string, IssuerApp>;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => store.close());

type Listener = (use: SecretUse) => void | Promise<void>;
interface Caller {
  apps: Record<string, IssuerApp>;
  onSecretUsed?: Listener;
}

/** Calls with a secret. 400 is the reply to an app that is known, since it sends no token. */
function createCaller({ apps, onSecretUsed }: Caller): (secret: string) => Test {
  const hook = onSecretUsed === undefined ? {} : { onSecretUsed };
  const app = createSourceApp(issuerOptions(store.sessions, { apps, limits: false, ...hook }));
  return (secret) => request(app).post(VALIDATE).set('x-shared-secret', secret).send({});
}

describe('a secret with a name', () => {
  it('proves the app, as a text and by its digest', async () => {
    const call = createCaller({
      apps: appWith({ id: 'old', secret: SECRET }, { id: 'new', digest: sha256(NEXT_SECRET) }),
    });
    expect((await call(SECRET)).status).toBe(400);
    expect((await call(NEXT_SECRET)).status).toBe(400);
    expect((await call(sha256(NEXT_SECRET))).status).toBe(401);
  });

  it('is refused from its end on, without a restart', async () => {
    const expiresAt = new Date(Date.now() + 60_000);
    const call = createCaller({ apps: appWith({ id: 'old', secret: SECRET, expiresAt }, NEXT_SECRET) });
    expect((await call(SECRET)).status).toBe(400);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(expiresAt.getTime() - 1);
    expect((await call(SECRET)).status).toBe(400);
    clock.mockReturnValue(expiresAt.getTime());
    const { body } = await call(SECRET).expect(401);
    expect(body).toMatchObject({ origin: { code: 'client_unauthenticated' } });
    expect((await call(NEXT_SECRET)).status).toBe(400);
  });

  it('ends when it was said at the start, whatever becomes of the Date', async () => {
    const expiresAt = new Date(0);
    const call = createCaller({ apps: appWith({ id: 'old', secret: SECRET, expiresAt }) });
    expiresAt.setTime(Date.now() + 60_000);
    expect((await call(SECRET)).status).toBe(401);
  });

  it.each([
    ['no secret at all', ''],
    ['a secret of 31 characters', 'x'.repeat(31)],
  ])('that is the digest of %s never matches', async (_, secret) => {
    const call = createCaller({ apps: appWith({ id: 'weak', digest: sha256(secret) }) });
    expect((await call(secret)).status).toBe(401);
  });
});

describe('onSecretUsed', () => {
  it('hears which secret an app used, and of no wrong one', async () => {
    const uses: SecretUse[] = [];
    const call = createCaller({
      apps: appWith(
        SECRET,
        { id: 'next', digest: sha256(NEXT_SECRET) },
        { id: 'x', secret: 'x'.repeat(32), expiresAt: new Date(0) },
      ),
      onSecretUsed: (use) => void uses.push(use),
    });
    for (const secret of [SECRET, NEXT_SECRET, 'x'.repeat(32), 'wrong']) await call(secret);
    expect(uses).toEqual([
      { appId: TARGET_APP, secretId: sha256(SECRET).slice(0, 8), at: expect.any(Date) },
      { appId: TARGET_APP, secretId: 'next', at: expect.any(Date) },
    ]);
  });

  it('hears of each secret at most once a minute', async () => {
    const uses: string[] = [];
    const call = createCaller({
      apps: appWith({ id: 'a', secret: SECRET }, { id: 'b', secret: NEXT_SECRET }),
      onSecretUsed: ({ secretId }) => void uses.push(secretId),
    });
    const start = 5000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(start);
    for (const secret of [SECRET, NEXT_SECRET, SECRET]) expect((await call(secret)).status).toBe(400);
    expect(uses).toEqual(['a', 'b']);
    clock.mockReturnValue(start + 59_999);
    expect((await call(SECRET)).status).toBe(400);
    expect(uses).toEqual(['a', 'b']);
    clock.mockReturnValue(start + 60_000);
    expect((await call(SECRET)).status).toBe(400);
    expect(uses).toEqual(['a', 'b', 'a']);
  });

  it.each<[string, Listener]>([
    [
      'throws',
      () => {
        throw new TypeError('no disk');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('no disk'))],
  ])('that %s fails no call and becomes a process warning', async (_, onSecretUsed) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await createCaller({ apps: appWith(SECRET), onSecretUsed })(SECRET).expect(400);
    expect(warn).toHaveBeenCalledWith(
      'onSecretUsed of crossAppIssuer failed: TypeError: no disk',
      'CrossAppListenerWarning',
    );
  });

  it('that never ends holds up no call', async () => {
    const onSecretUsed = () => new Promise<void>(() => undefined);
    const { status } = await createCaller({ apps: appWith(SECRET), onSecretUsed })(SECRET);
    expect(status).toBe(400);
  });

  it('that is no function is refused at once', () => {
    const onSecretUsed = 'log' as unknown as Listener;
    expect(() => createCaller({ apps: appWith(SECRET), onSecretUsed })).toThrow(
      'crossAppIssuer: onSecretUsed must be a function (use) => void, not "log"',
    );
  });
});

describe('readApps, given secrets that cannot work', () => {
  const named = { id: 'old', secret: SECRET };
  it.each<[string, unknown[], string]>([
    ['null', [null], 'secrets[0] must be at least 32'],
    ['a number', [SECRET, 5], 'secrets[1] must be at least 32'],
    ['a text of 31 characters', ['x'.repeat(31)], 'secrets[0] must be at least 32'],
    ['an unknown key', [{ ...named, expires: 1 }], 'no option "expires"'],
    ['no id', [{ secret: SECRET }], 'secrets[0].id must be 1 to 50'],
    ['an empty id', [{ ...named, id: '' }], 'secrets[0].id must be'],
    ['an id of 51 characters', [{ ...named, id: 'x'.repeat(51) }], 'secrets[0].id must be'],
    ['an id with a line break', [{ ...named, id: 'a\nb' }], 'secrets[0].id must be'],
    [
      'two of one id',
      [named, { ...named, secret: NEXT_SECRET }],
      'two secrets of app "hi-events" have the id "old"',
    ],
    [
      'an id that a plain one has',
      [SECRET, { id: sha256(SECRET).slice(0, 8), secret: NEXT_SECRET }],
      'have the id',
    ],
    ['neither secret nor digest', [{ id: 'old' }], 'must have either secret or digest'],
    ['both', [{ ...named, digest: sha256(SECRET) }], 'must have either secret or digest'],
    ['a short secret', [{ id: 'old', secret: 'x'.repeat(31) }], 'secrets[0].secret must be at least 32'],
    ['a digest in capitals', [{ id: 'old', digest: sha256('x').toUpperCase() }], 'digest must be'],
    ['a digest of 63 digits', [{ id: 'old', digest: 'a'.repeat(63) }], 'digest must be'],
    ['an end as text', [{ ...named, expiresAt: '2026-01-01' }], 'expiresAt must be a Date'],
    ['an end that is no date', [{ ...named, expiresAt: new Date(NaN) }], 'expiresAt must be a Date'],
    [
      'a secret and its digest',
      [named, { id: 'new', digest: sha256(SECRET) }],
      'must not have the same secret',
    ],
  ])('refuses %s at once, and shows no secret', (_, secrets, message) => {
    const read = () => readApps(appWith(...secrets));
    expect(read).toThrow(TypeError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(SECRET);
    expect(read).not.toThrow('x'.repeat(31));
  });

  it('takes one id in two apps, and undefined for what is optional', () => {
    const apps = {
      a: { secrets: [{ id: '1', secret: SECRET, digest: undefined, expiresAt: undefined }] },
      b: { secrets: [{ id: '1', secret: NEXT_SECRET }] },
    } as unknown as Record<string, IssuerApp>;
    expect(readApps(apps).credentials.map(({ appId }) => appId)).toEqual(['a', 'b']);
  });

  it('refuses short secrets in development too', () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'development';
    try {
      expect(() => readApps(appWith('x'.repeat(31)))).toThrow('at least 32');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});

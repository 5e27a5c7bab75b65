import { Console } from 'node:console';
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { MemoryStore } from 'express-rate-limit';
import pino from 'pino';
import request from 'supertest';
import { ISSUER_PATHS } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import type { CrossAppIssuerOptions, CrossAppLogger, CrossAppRequest } from '../src/index.js';
import { AUTHORIZE_PATH } from '../src/issuer/authorize/path.js';
import { createSourceApp, SECRET } from './issuer-app.js';
import { authorizeOptions } from './issuer/authorize/authorize-app.js';
import { openTestStore, TARGET_APP } from './store.js';
import type { TestStore } from './store.js';
import { createLoggingTargetApp, LANDING } from './target-app.js';
import { recordTelemetry, removeTelemetry } from './telemetry/recorded-telemetry.js';

const PATHS = [...Object.values(ISSUER_PATHS), AUTHORIZE_PATH];
const canary = (): string => `canary.${randomBytes(24).toString('base64url')}`;
const VERIFIER = randomBytes(32).toString('base64url');
const BEARER = canary();
const COOKIE = canary();
const API_KEY = canary();
const WRONG_SECRET = canary();
const BASIC = Buffer.from(`${TARGET_APP}:${SECRET}`).toString('base64');

let store: TestStore;
let token: string;
let bound: string;
beforeAll(async () => {
  store = await openTestStore();
  token = await store.issueToken();
  bound = await store.issueToken();
});
afterEach(() => {
  removeTelemetry();
  jest.restoreAllMocks();
});
afterAll(() => store.close());

/** Ways to prove oneself, rightly and wrongly, each with headers that a host's own middleware may read. */
const CALLERS: readonly (readonly [who: string, headers: Readonly<Record<string, string>>])[] = [
  ['an app', { 'x-shared-secret': SECRET }],
  ['an app by HTTP Basic', { authorization: `Basic ${BASIC}` }],
  ['a wrong secret', { 'x-shared-secret': WRONG_SECRET }],
  ['a user', { authorization: `Bearer ${BEARER}` }],
];

/** One that holds all that the request holds, in every form in which a host's error may hold it. */
function errorWith(req: CrossAppRequest | undefined, args: unknown): Error {
  const body: unknown = req !== undefined && 'body' in req ? req.body : undefined;
  const given = [req?.headers, req?.url, body, args];
  const json = JSON.stringify(given);
  const pieces = [token, SECRET, BASIC, VERIFIER, BEARER, COOKIE, API_KEY, WRONG_SECRET]
    .filter((secret) => json.includes(secret))
    .map((secret) => `...${secret.slice(8, 24)}...`);
  const text = `${pieces.join(' ')} ${bound}\n${json}\n${inspect(given, { depth: 5 })}`;
  const cause = Object.assign(new RangeError(text), { config: { headers: req?.headers }, body });
  const error = Object.assign(new TypeError(text, { cause }), { request: { headers: req?.headers, args } });
  error.stack = `${error.stack ?? ''}\n    at ${text}`;
  return error;
}

class Sink extends Writable {
  text = '';
  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Both loggers at their most talkative, what they write, and whatever else the process says. */
function recordOutput(): { logger: CrossAppLogger; text: () => Promise<string>; logged: () => string } {
  const sink = new Sink();
  const inspectOptions = { depth: Infinity, showHidden: true, getters: true } as const;
  const loggers = [
    pino({ level: 'trace' }, sink),
    new Console({ stdout: sink, stderr: sink, inspectOptions }),
  ];
  const said: string[] = [];
  const spies = [
    jest.spyOn(process, 'emitWarning'),
    jest.spyOn(process.stdout, 'write'),
    jest.spyOn(process.stderr, 'write'),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => jest.spyOn(console, name)),
  ];
  for (const spy of spies) spy.mockImplementation((...given: unknown[]) => said.push(inspect(given)) > 0);
  const telemetry = recordTelemetry();
  const log = (level: keyof CrossAppLogger) => (fields: object, message: string) => {
    for (const logger of loggers) logger[level](fields, message);
  };
  return {
    logger: { info: log('info'), warn: log('warn'), error: log('error') },
    logged: () => sink.text,
    async text() {
      // Warnings come a tick late.
      await new Promise((resolve) => setImmediate(resolve));
      const spans = telemetry.spans().map(({ name, attributes, events, status }) => {
        return { name, attributes, events, status };
      });
      return [sink.text, ...said, inspect([spans, [...(await telemetry.metrics())]], { depth: 9 })].join(
        '\n',
      );
    },
  };
}

function expectNoSecret(text: string): void {
  const secrets = { token, bound, SECRET, BASIC, VERIFIER, BEARER, COOKIE, API_KEY, WRONG_SECRET };
  const found = Object.entries(secrets).filter(([, secret]) => {
    return [secret, secret.slice(8, 24), secret.slice(-16)].some((part) => text.includes(part));
  });
  expect(found.map(([name]) => name)).toEqual([]);
}

/** The call with everything in every place where a client may put it, rightly or by mistake. */
async function call(app: Parameters<typeof request>[0], path: string, headers: object): Promise<void> {
  const everywhere = {
    ...headers,
    cookie: `theme=dark; sid=${COOKIE}`,
    'x-api-key': API_KEY,
    referer: `https://example.com/?session_token=${token}`,
    'user-agent': `curl ${token}`,
  };
  const body = { session_token: token, code_verifier: VERIFIER, target_app: TARGET_APP, account_id: '7' };
  const more = { permission: 'events:create', all: true, event_data: { token } };
  const url = `${path}?session_token=${token}`;
  await request(app).get(url).set(everywhere);
  await request(app).get(path).set(everywhere).set('X-Session-Token', token);
  await request(app)
    .post(url)
    .set(everywhere)
    .send({ ...body, ...more });
  await request(app).post(path).set(everywhere).type('json').send(JSON.stringify(body).slice(0, -1));
  await request(app)
    .post(path)
    .set(everywhere)
    .send({ ...body, session_token: `${token}x` });
  await request(app)
    .post(path)
    .set(everywhere)
    .send({ ...body, code_verifier: `${VERIFIER} ` });
  await request(app)
    .post(path)
    .set(everywhere)
    .send({ ...body, target_app: token, account_id: token });
  await request(app).post(path).set(everywhere).type('text').send(token);
}

const failingSessions: CrossAppSessions = {
  issue: (...args) => Promise.reject(errorWith(undefined, args)),
  redeem: (...args) => Promise.reject(errorWith(undefined, args)),
  inspect: (...args) => Promise.reject(errorWith(undefined, args)),
  revoke: (...args) => Promise.reject(errorWith(undefined, args)),
  revokeAll: (...args) => Promise.reject(errorWith(undefined, args)),
};

/** Hooks that all fail, with errors that repeat what they know. */
function failingHooks(): Partial<CrossAppIssuerOptions> {
  const fail = (...args: unknown[]) => Promise.reject(errorWith(undefined, args));
  return {
    authenticate: (req) => Promise.reject(errorWith(req, 'authenticate')),
    canUseAccount: fail,
    listAccounts: fail,
    hasPermission: fail,
    checkHealth: fail,
    onError: (error, req) => Promise.reject(errorWith(req, error)),
    onSecretUsed: fail,
  };
}

/** A store of limits that can neither start nor count. */
const failingStore = () =>
  Object.assign(new MemoryStore(), {
    init: () => Promise.reject(errorWith(undefined, 'init')),
    increment: (key: string) => Promise.reject(errorWith(undefined, key)),
  });

const HOSTS: readonly (readonly [host: string, make: () => Partial<CrossAppIssuerOptions>])[] = [
  ['works', () => ({ limits: false })],
  ['has hooks that fail', () => ({ ...failingHooks(), limits: false })],
  ['has sessions that fail', () => ({ sessions: failingSessions, limits: false })],
  [
    'has sessions and hooks that fail',
    () => ({ ...failingHooks(), sessions: failingSessions, limits: false }),
  ],
  ['cannot count', () => ({ limits: { store: failingStore } })],
];

describe('the search for secrets', () => {
  it('finds a piece of one', () => {
    const text = `got ...${VERIFIER.slice(8, 24)}...`;
    expect(() => {
      expectNoSecret(text);
    }).toThrow('VERIFIER');
  });

  it('sees what the hosts of these tests say', () => {
    const shown = inspect(errorWith(undefined, [token, COOKIE, VERIFIER]), { depth: 9 });
    expect([token, bound, COOKIE, VERIFIER].filter((secret) => !shown.includes(secret))).toEqual([]);
  });
});

describe.each(HOSTS)(
  'tokens, secrets, verifiers, credentials and cookies, where the host %s,',
  (_host, make) => {
    it.each(PATHS)('are in no log, warning, span or metric of %s', async (path) => {
      const output = recordOutput();
      const { logger } = output;
      const options = { ...authorizeOptions(store.sessions), ...make(), logger };
      const app = createSourceApp(options).set('env', 'development');
      for (const [, headers] of CALLERS) await call(app, `/api/cross-app${path}`, headers);
      expect(output.logged()).toContain(`cross-app ${path.slice(1)} refused: `);
      expectNoSecret(await output.text());
    });

    it('are in none of the middleware', async () => {
      const output = recordOutput();
      const { sessions = store.sessions } = make();
      const app = createLoggingTargetApp(sessions, output.logger).set('env', 'development');
      for (const [, headers] of CALLERS) await call(app, LANDING, headers);
      expect(output.logged()).toContain('cross-app redeem refused: ');
      expectNoSecret(await output.text());
    });
  },
);

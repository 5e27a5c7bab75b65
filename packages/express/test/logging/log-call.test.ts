import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { CrossAppError } from '@cross-app/protocol';
import pino from 'pino';
import request from 'supertest';
import { crossAppAuth, crossAppIssuer } from '../../src/index.js';
import type { CrossAppAuthOptions, CrossAppIssuerOptions, CrossAppLogger } from '../../src/index.js';
import { createSourceApp, generate, issuerOptions, post, VALIDATE, validate } from '../issuer-app.js';
import { openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';
import { createLoggingTargetApp, LANDING } from '../target-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

/** Collects what is written. */
class Sink extends Writable {
  text = '';
  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

type Line = Readonly<Record<string, unknown>>;

/** pino at its most talkative, and the lines it has written. */
function recordPino(): { logger: CrossAppLogger; lines: () => Line[] } {
  const sink = new Sink();
  const lines = () =>
    sink.text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  return { logger: pino({ level: 'trace', base: null, timestamp: false }, sink), lines };
}

const source = (changes: Partial<CrossAppIssuerOptions>) =>
  createSourceApp(issuerOptions(store.sessions, { limits: false, ...changes }));
const INFO = 30;
const WARN = 40;
const ERROR = 50;

describe('logger', () => {
  it('hears nothing of calls that are answered as asked', async () => {
    const { logger, lines } = recordPino();
    await generate(source({ logger })).expect(200);
    await request(createLoggingTargetApp(store.sessions, logger))
      .post(LANDING)
      .send({ session_token: await store.issueToken() })
      .expect(200);
    expect(lines()).toEqual([]);
  });

  it('hears of a refusal with its private code, and the app that was proved', async () => {
    const { logger, lines } = recordPino();
    const app = source({ logger });
    await validate(app, { session_token: await store.redeemedToken() }).expect(404);
    await post(app, VALIDATE, { caller: {} }).expect(401);
    await generate(app, { account_id: '8' }).expect(403);
    const msg = 'cross-app validate-session refused:';
    expect(lines()).toEqual([
      {
        level: WARN,
        call: 'validate-session',
        code: 'token_used',
        targetApp: TARGET_APP,
        msg: `${msg} token_used`,
      },
      {
        level: WARN,
        call: 'validate-session',
        code: 'client_unauthenticated',
        msg: `${msg} client_unauthenticated`,
      },
      {
        level: INFO,
        call: 'generate-session',
        code: 'account_forbidden',
        targetApp: TARGET_APP,
        msg: 'cross-app generate-session refused: account_forbidden',
      },
    ]);
  });

  it('hears what was wrong with a field', async () => {
    const { logger, lines } = recordPino();
    await generate(source({ logger }), { target_app: 'nope' }).expect(400);
    expect(lines()).toMatchObject([
      { level: INFO, code: 'invalid_argument', detail: 'target_app must be an app that is known here.' },
    ]);
  });

  it('hears of a failure with its cause', async () => {
    const { logger, lines } = recordPino();
    const cause = Object.assign(new RangeError('relation "users" does not exist'), { code: '42P01' });
    const authenticate = () => Promise.reject(new TypeError('no user', { cause }));
    await generate(source({ logger, authenticate })).expect(503);
    expect(lines()).toMatchObject([
      {
        level: ERROR,
        call: 'generate-session',
        code: 'store_unavailable',
        msg: 'cross-app generate-session failed: store_unavailable',
        err: { message: expect.stringContaining('no user') },
      },
    ]);
    const { stack } = lines()[0]?.['err'] as { stack: string };
    expect(stack).toMatch(/^TypeError: no user\n +at .*log-call\.test\.ts/);
    expect(stack).toContain('RangeError: relation "users" does not exist');
  });

  it('hears of the middleware, and of the secret that the issuer refused', async () => {
    const { logger, lines } = recordPino();
    const app = createLoggingTargetApp(store.sessions, logger);
    await request(app)
      .post(LANDING)
      .send({ session_token: await store.redeemedToken() })
      .expect(401);
    const redeem = () => Promise.reject(new CrossAppError('client_unauthenticated'));
    await request(createLoggingTargetApp({ redeem }, logger))
      .post(LANDING)
      .send({ session_token: 'x' })
      .expect(503);
    expect(lines()).toMatchObject([
      { level: WARN, call: 'redeem', code: 'token_used', targetApp: TARGET_APP },
      { level: ERROR, call: 'redeem', code: 'store_unavailable', err: { code: 'client_unauthenticated' } },
    ]);
  });

  it('may be console', async () => {
    const [out, err] = [new Sink(), new Sink()];
    const logger = new Console({ stdout: out, stderr: err, colorMode: false });
    await generate(source({ logger }), { account_id: '8' }).expect(403);
    expect(out.text).toBe(
      "{\n  call: 'generate-session',\n  code: 'account_forbidden',\n  targetApp: 'hi-events'\n} cross-app generate-session refused: account_forbidden\n",
    );
    const authenticate = () => Promise.reject(new TypeError('no user'));
    await generate(source({ logger, authenticate })).expect(503);
    expect(err.text).toMatch(/err: Error \[TypeError\]: no user\n +at /);
    expect(err.text).toMatch(/cross-app generate-session failed: store_unavailable\n$/);
  });

  it('that throws fails no call, and becomes a process warning', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const broken = (fields: object): never => {
      throw new TypeError(`disk full, ${JSON.stringify(fields)}`);
    };
    const logger = { info: broken, warn: broken, error: broken };
    await post(source({ logger }), VALIDATE, { caller: {} }).expect(401);
    await request(createLoggingTargetApp(store.sessions, logger)).get(LANDING).expect(405);
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('logger of cross-app failed: TypeError: disk full'),
      expect.stringContaining('method_not_allowed'),
    ]);
    warn.mockRestore();
  });

  it.each([
    ['null', null],
    ['a text', 'console'],
    ['empty', {}],
    ['without error', { info: console.info, warn: console.warn }],
    ['given an error that is no function', { ...console, error: true }],
  ])('is refused at once if it is %s', (_what, logger) => {
    const issuer = issuerOptions(store.sessions, { logger: logger as unknown as CrossAppLogger });
    const auth = {
      sessions: store.sessions,
      targetApp: TARGET_APP,
      logger,
    } as unknown as CrossAppAuthOptions;
    expect(() => crossAppIssuer(issuer)).toThrow('crossAppIssuer: logger must have info, warn and error');
    expect(() => crossAppAuth(auth)).toThrow('crossAppAuth: logger must have info, warn and error');
  });

  it('may be undefined, console or pino', () => {
    for (const logger of [undefined, console, pino({ enabled: false })]) {
      expect(crossAppIssuer(issuerOptions(store.sessions, { logger }))).toBeInstanceOf(Function);
      expect(crossAppAuth({ sessions: store.sessions, targetApp: TARGET_APP, logger })).toBeInstanceOf(
        Function,
      );
    }
  });
});

import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { CrossAppLogger } from '../../../src/index.js';
import { openTestStore, TARGET_APP } from '../../store.js';
import type { TestStore } from '../../store.js';
import { recordTelemetry, removeTelemetry } from '../../telemetry/recorded-telemetry.js';
import { asked, createAuthorizingApp, expectBack, expectErrorPage, visit } from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterEach(() => {
  removeTelemetry();
  jest.restoreAllMocks();
});
afterAll(() => store.close());

type Line = readonly [level: string, fields: Readonly<Record<string, unknown>>, message: string];

function recordLines(): { logger: CrossAppLogger; lines: Line[] } {
  const lines: Line[] = [];
  const log = (level: string) => (fields: object, message: string) => {
    lines.push([level, fields as Line[1], message]);
  };
  return { logger: { info: log('info'), warn: log('warn'), error: log('error') }, lines };
}

describe('the log of /authorize', () => {
  it('has the id that the error page shows', async () => {
    const { logger, lines } = recordLines();
    const app = createAuthorizingApp(store.sessions, { logger });
    const reply = await visit(app, asked({ redirect_uri: 'https://evil.example/' }));
    expectErrorPage(reply, 400);
    expect(lines).toEqual([
      [
        'info',
        {
          call: 'authorize',
          code: 'invalid_argument',
          errorId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          detail: expect.stringContaining('redirect_uri must be one that is registered'),
        },
        'cross-app authorize refused: invalid_argument',
      ],
    ]);
    expect(reply.text).toContain(lines[0]?.[1]['errorId']);
  });

  it('has what the target app was told of, with the app', async () => {
    const { logger, lines } = recordLines();
    const app = createAuthorizingApp(store.sessions, { logger });
    expectBack(await visit(app, asked({ account_id: '8' })));
    expect(lines).toEqual([
      [
        'info',
        { call: 'authorize', code: 'account_forbidden', targetApp: TARGET_APP },
        'cross-app authorize refused: account_forbidden',
      ],
    ]);
  });

  it('has nothing of what is answered as asked, prefetches and logins among it', async () => {
    const { logger, lines } = recordLines();
    const app = createAuthorizingApp(store.sessions, { logger });
    expectBack(await visit(app));
    await visit(app).set('Sec-Purpose', 'prefetch').expect(503);
    await visit(app).set('Cookie', 'sid=nobody').expect(303);
    expect(lines).toEqual([]);
  });

  it('goes to onError too, which cannot change the answer', async () => {
    const onError = jest.fn(() => Promise.reject(new TypeError('no disk')));
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const app = createAuthorizingApp(store.sessions, { onError });
    expectErrorPage(await visit(app, ''), 400);
    expect(onError).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'invalid_argument' }),
      expect.anything(),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn).toHaveBeenCalled();
  });
});

describe('OpenTelemetry of /authorize', () => {
  it('has a span and a count for each visit, with the private code', async () => {
    const telemetry = recordTelemetry();
    const app = createAuthorizingApp(store.sessions);
    await visit(app);
    await visit(app, asked({ account_id: '8' }));
    await visit(app, '');
    expect(telemetry.spans().map(({ name, attributes }) => ({ name, attributes }))).toEqual(
      [
        { outcome: 'ok', target_app: TARGET_APP },
        { outcome: 'account_forbidden', public: 'account_forbidden', target_app: TARGET_APP },
        { outcome: 'invalid_argument', public: 'invalid_argument' },
      ].map((expected) => ({
        name: 'cross-app authorize',
        attributes: {
          'cross_app.call.name': 'authorize',
          'cross_app.call.outcome': expected.outcome,
          ...(expected.public && { 'cross_app.call.public_code': expected.public }),
          ...(expected.target_app && { 'cross_app.target_app': expected.target_app }),
        },
      })),
    );
    const counted = (await telemetry.metrics()).get('cross_app.calls')?.dataPoints ?? [];
    expect(counted.map(({ value }) => value)).toEqual([1, 1, 1]);
  });
});

describe('what is secret in /authorize', () => {
  it('is in no log, warning or span, even if every hook repeats all that it knows', async () => {
    const cookie = `sid=${randomBytes(24).toString('base64url')}`;
    const { logger, lines } = recordLines();
    const telemetry = recordTelemetry();
    const warnings: unknown[] = [];
    jest.spyOn(process, 'emitWarning').mockImplementation((warning) => warnings.push(warning));
    const tokens: string[] = [];
    const sessions = {
      ...store.sessions,
      issue: async (order: Parameters<typeof store.sessions.issue>[0]) => {
        const issued = await store.sessions.issue(order);
        tokens.push(issued.token);
        return issued;
      },
    };
    const reveal = (...known: unknown[]) =>
      Promise.reject(new TypeError(inspect([cookie, tokens, known], { depth: 3 })));
    const currentUser = () => ({ id: '1', email: 'ada@example.com', name: 'Ada' });
    for (const [changes, authorize] of [
      [{}, { currentUser }],
      [{}, { currentUser: reveal }],
      [{}, { currentUser: () => null, showSignIn: reveal }],
      [{}, { currentUser, payload: reveal }],
      [{ canUseAccount: reveal }, { currentUser }],
      [{ listAccounts: reveal }, { currentUser }],
    ] as const) {
      const app = createAuthorizingApp(sessions, { logger, limits: false, ...changes, authorize });
      expectBack(await visit(app).set('Cookie', cookie));
    }
    expect(tokens).toHaveLength(1);
    expect(lines).toHaveLength(5);
    const spans = telemetry.spans().map(({ attributes, events, status }) => ({ attributes, events, status }));
    const said = inspect([lines, spans, warnings], { depth: 9, showHidden: true });
    for (const secret of [...tokens, cookie.slice(4)]) {
      for (const part of [secret, secret.slice(8, 24), secret.slice(-16)]) expect(said).not.toContain(part);
    }
  });
});

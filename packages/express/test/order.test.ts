import express from 'express';
import type { RequestHandler } from 'express';
import session from 'express-session';
import request from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import { crossAppSignIn } from '../src/index.js';
import { createSourceApp, issuerOptions, validate } from './issuer-app.js';
import { MOUNT, signInOptions } from './sign-in/hi-events.js';
import { answerOf, begin, createVisitor } from './sign-in/visitor.js';
import { openTestStore } from './store.js';
import type { TestStore } from './store.js';
import { createTargetApp, LANDING } from './target-app.js';

let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((sentence, ...more: unknown[]) => {
    if (more[0] === 'CrossAppOrderWarning') warnings.push(String(sentence));
  });
});
afterEach(() => jest.restoreAllMocks());

const unknown = () => Promise.reject(new CrossAppError('token_unknown'));
const sessions: CrossAppSessions = {
  redeem: unknown,
  inspect: unknown,
  issue: unknown,
  revoke: () => Promise.resolve(),
  revokeAll: () => Promise.resolve(0),
};
const token = `handoff_${'A'.repeat(56)}`;
const validateBehind = (...before: RequestHandler[]) =>
  validate(createSourceApp(issuerOptions(sessions), ...before), { session_token: token });

describe('a body parser', () => {
  it.each<[what: string, parsers: RequestHandler[]]>([
    ['none', []],
    ['express.json()', [express.json()]],
    ['express.json() and express.urlencoded()', [express.json(), express.urlencoded({ extended: true })]],
  ])('before the issuer or not, %s, is no mistake', async (_what, parsers) => {
    await validateBehind(...parsers).expect(404);
    expect(warnings).toEqual([]);
  });

  it('that leaves no fields is found out, wherever it stands before us, and said once', async () => {
    const raw = express.raw({ type: '*/*' });
    await validateBehind(raw).expect(400);
    await validateBehind(raw).expect(400);
    await request(createTargetApp(sessions, express.text({ type: '*/*' })))
      .post(LANDING)
      .send({ session_token: 'x' })
      .expect(400);
    expect(warnings).toEqual([expect.stringMatching(/read before .*mount cross-app before what reads it/)]);
  });
});

describe('a session', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  it('that is mounted after crossAppSignIn is found out by the first arrival, and said once', async () => {
    const app = express().use(
      MOUNT,
      crossAppSignIn(signInOptions(store.sessions)),
      session({ secret: 'only for this test', resave: false, saveUninitialized: false }),
    );
    for (let arrivals = 0; arrivals < 2; arrivals++) {
      const visitor = createVisitor(app);
      const reply = await visitor.get(await answerOf(store, await begin(visitor)));
      expect(reply.status).toBe(503);
    }
    expect(warnings).toEqual([expect.stringContaining('mount express-session before crossAppSignIn')]);
  });
});

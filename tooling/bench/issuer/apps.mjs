// What the server offers: the issuer in some settings, and the handlers that it is measured beside.
import { crossAppIssuer } from '@cross-app/express';
import { toValidateSessionReply } from '@cross-app/protocol';
import express, { Router } from 'express';

/** The app whose secret it is, and which tokens are for. */
export const TARGET_APP = 'hi-events';

// What every call is counted against, so high that none is refused.
const MILLION = 1_000_000;
const HIGH_LIMITS = {
  generatePerMinute: MILLION,
  validatePerMinute: MILLION,
  credentialsPerMinute: MILLION,
};

/** What the issuer answers to the calls of this bench; the bare handler answers the same. */
const REPLIES = {
  generate: {
    session_token: 'handoff_AQAexampleexampleexampleexampleexampleexampleexampleexam',
    expires_at: '2026-01-01T00:15:00.000Z',
  },
  validate: {
    valid: true,
    user_id: '1',
    email: 'user-1@example.com',
    name: 'user-1@example.com',
    account_id: null,
    user_data: { account_id: null, email: 'user-1@example.com', name: 'user-1@example.com', permissions: [] },
    permissions: [],
    expires_at: '2026-01-01T00:15:00.000Z',
  },
};

/** Makes the app. `sessions` are core's. */
export function createApp(sessions, secret) {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // nobody asks for it in the reply to a POST, and the bare handler is faster without
  app.use('/bare', bareHandlers());
  app.use('/core', coreHandler(sessions));
  app.use('/issuer', issuer(sessions, secret, HIGH_LIMITS));
  app.use('/no-limits', issuer(sessions, secret, false));
  app.use('/no-database', issuer(sessionsWithoutDatabase(), secret, HIGH_LIMITS));
  return app;
}

// Parses what the issuer parses, and answers what it answers.
function bareHandlers() {
  const handlers = Router();
  const parse = express.json({ limit: '16kb' });
  handlers.post('/generate-session', parse, (req, res) => res.json(REPLIES.generate));
  handlers.post('/validate-session', parse, (req, res) => res.json(REPLIES.validate));
  return handlers;
}

// The same statement in the same database, without anything else of the issuer: nobody has to prove anything here.
function coreHandler(sessions) {
  return Router().post('/validate-session', express.json({ limit: '16kb' }), async (req, res) => {
    const { session_token: token, redemption_id: redemptionId } = req.body;
    res.json(toValidateSessionReply(await sessions.redeem(token, { targetApp: TARGET_APP, redemptionId })));
  });
}

function issuer(sessions, secret, limits) {
  return crossAppIssuer({
    sessions,
    apps: { [TARGET_APP]: { secrets: [secret] } },
    authenticate: () => ({ id: 1 }),
    canUseAccount: () => true,
    limits,
  });
}

function sessionsWithoutDatabase() {
  const session = {
    id: '1',
    userId: '1',
    accountId: null,
    sourceApp: 'tuvens',
    targetApp: TARGET_APP,
    permissions: [],
    payload: null,
    createdAt: new Date(),
    expiresAt: new Date(),
    usedAt: null,
  };
  const user = { id: '1', email: 'user-1@example.com', name: 'user-1@example.com' };
  const none = () => Promise.reject(new TypeError('not part of the bench'));
  return {
    issue: () => Promise.resolve({ token: REPLIES.generate.session_token, session }),
    redeem: () => Promise.resolve({ session, user, account: null }),
    inspect: none,
    revoke: none,
    revokeAll: none,
  };
}

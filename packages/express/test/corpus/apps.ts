import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import { isCrossAppError } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import { crossAppAuth, crossAppIssuer, crossAppSignIn } from '../../src/index.js';
import type { SecretUse, SessionAdapter } from '../../src/index.js';
import { OTHER_APP, OTHER_SECRET, SECRET, SIGNED_IN } from '../issuer-app.js';
import { ACME, ADA, TARGET_APP } from '../store.js';

export const OLD_SECRET = 'hi-events-old-secret-0123456789abc';
export const LANDING = '/handoff/auth';
/** Where `crossAppSignIn` is mounted: the callback of the corpus. */
export const SIGN_IN = '/handoff/callback';
export const ORIGIN = 'https://tickets.example.com';
export const SOURCE_ORIGIN = 'https://tuvens.com';

/** Who hears of what happens in the apps. */
export interface Observer {
  readonly onError: (error: unknown) => void;
  readonly onSecretUsed: (use: SecretUse) => void;
  readonly onSignIn: () => void;
}

/**
 * The issuer, the landing and the sign-in in one app. Its hooks allow whatever they are asked, so that nothing but our own
 * rules stands between an id on the wire and the database; limits are there, and too wide to be reached.
 */
export function createCorpusApp(
  sessions: CrossAppSessions,
  { onError, onSecretUsed, onSignIn }: Observer,
): Express {
  const perMinute = 1_000_000;
  const app = express();
  app.all(LANDING, crossAppAuth({ sessions, targetApp: TARGET_APP }), (req, res) => {
    res.json(req.crossApp);
  });
  app.use(
    SIGN_IN,
    crossAppSignIn({
      sessions,
      targetApp: TARGET_APP,
      landingUrl: ORIGIN + SIGN_IN,
      source: { app: 'tuvens', origin: SOURCE_ORIGIN, authorizeUrl: `${SOURCE_ORIGIN}/authorize` },
      session: fewSessions(),
      onSignIn,
    }),
  );
  app.use(
    '/api/cross-app',
    crossAppIssuer({
      sessions,
      apps: {
        [TARGET_APP]: {
          secrets: [SECRET, { id: 'old', secret: OLD_SECRET, expiresAt: new Date('9999-01-01') }],
        },
        [OTHER_APP]: { secrets: [OTHER_SECRET] },
      },
      authenticate: (req) => (req.headers.authorization === SIGNED_IN.Authorization ? { id: ADA.id } : null),
      canUseAccount: () => true,
      listAccounts: () => [ACME],
      hasPermission: () => true,
      limits: {
        generatePerMinute: perMinute,
        validatePerMinute: perMinute,
        accountsPerMinute: perMinute,
        permissionPerMinute: perMinute,
        credentialsPerMinute: perMinute,
      },
      onError,
      onSecretUsed,
    }),
  );
  return app.use(answerInJson(onError));
}

/** Remembers the last few sessions and nothing of them: the memory of this server is measured. */
function fewSessions(): SessionAdapter {
  const ids: string[] = [];
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    read: () => null,
    begin(_req, _res, { id }) {
      const isNew = !ids.includes(id);
      if (isNew && ids.push(id) > 10) ids.shift();
      return Promise.resolve(isNew);
    },
    save: nothing,
    end: nothing,
  };
}

/** The host's own error handler, which the landing's refusals go to. */
function answerInJson(onError: Observer['onError']): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  // eslint-disable-next-line max-params
  return (error, _req, res, next) => {
    onError(error);
    if (res.headersSent) next(error);
    else if (isCrossAppError(error)) res.status(error.status).set(error.headers).json(error);
    else res.status(500).json({ code: 'a defect' });
  };
}

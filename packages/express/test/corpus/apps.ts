import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import { isCrossAppError } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import { crossAppAuth, crossAppIssuer } from '../../src/index.js';
import type { SecretUse } from '../../src/index.js';
import { OTHER_APP, OTHER_SECRET, SECRET, SIGNED_IN } from '../issuer-app.js';
import { ACME, ADA, TARGET_APP } from '../store.js';

export const OLD_SECRET = 'hi-events-old-secret-0123456789abc';
export const LANDING = '/handoff/callback';

/** Who hears of what happens in the apps. */
export interface Observer {
  readonly onError: (error: unknown) => void;
  readonly onSecretUsed: (use: SecretUse) => void;
}

/**
 * The issuer and the landing in one app. Its hooks allow whatever they are asked, so that nothing but our own
 * rules stands between an id on the wire and the database; limits are there, and too wide to be reached.
 */
export function createCorpusApp(sessions: CrossAppSessions, { onError, onSecretUsed }: Observer): Express {
  const perMinute = 1_000_000;
  const app = express();
  app.all(LANDING, crossAppAuth({ sessions, targetApp: TARGET_APP }), (req, res) => {
    res.json(req.crossApp);
  });
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

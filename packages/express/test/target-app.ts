import express from 'express';
import type { Express, RequestHandler } from 'express';
import type { CrossAppSessions } from '@cross-app/protocol';
import { crossAppAuth } from '../src/index.js';
import type { CrossAppAuthOptions, CrossAppLogger } from '../src/index.js';
import { TARGET_APP } from './store.js';

export const LANDING = '/auth/cross-app';

/** A target app that shows who arrived, with the given middleware before ours. */
export function createTargetApp(
  sessions: Pick<CrossAppSessions, 'redeem'>,
  ...before: RequestHandler[]
): Express {
  const app = express();
  for (const handler of before) app.use(handler);
  return mountAuth(app, { sessions, targetApp: TARGET_APP });
}

/** A target app that logs. */
export function createLoggingTargetApp(
  sessions: CrossAppAuthOptions['sessions'],
  logger: CrossAppLogger,
): Express {
  return mountAuth(express(), { sessions, targetApp: TARGET_APP, logger });
}

function mountAuth(app: Express, options: CrossAppAuthOptions): Express {
  return app.all(LANDING, crossAppAuth(options), (req, res) => {
    res.json(req.crossApp);
  });
}

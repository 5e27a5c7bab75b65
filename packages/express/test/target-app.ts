import express from 'express';
import type { Express, RequestHandler } from 'express';
import type { CrossAppSessions } from '@cross-app/protocol';
import { crossAppAuth } from '../src/index.js';
import { TARGET_APP } from './store.js';

export const LANDING = '/auth/cross-app';

/** A target app that shows who arrived, with the given middleware before ours. */
export function createTargetApp(
  sessions: Pick<CrossAppSessions, 'redeem'>,
  ...before: RequestHandler[]
): Express {
  const app = express();
  for (const handler of before) app.use(handler);
  app.all(LANDING, crossAppAuth({ sessions, targetApp: TARGET_APP }), (req, res) => {
    res.json(req.crossApp);
  });
  return app;
}

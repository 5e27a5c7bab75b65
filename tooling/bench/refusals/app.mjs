import { crossAppAuth } from '@cross-app/express';
import { CrossAppError } from '@cross-app/protocol';
import express from 'express';
import { TARGET_APP } from '../common/tokens.mjs';

const REFUSAL = new CrossAppError('token_malformed');
const USER = { id: '1', email: 'user-1@example.com', name: 'user-1@example.com' };

/** The middleware, and the handlers that it is measured beside. `onRefusal` hears of each code. */
export function createApp(sessions, onRefusal) {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // nobody asks for it in the reply to a POST, and the bare handler is faster without
  app.post('/bare', express.json(), (req, res) => res.json(USER));
  app.post('/bare-refusal', express.json(), (req, res, next) => next(REFUSAL));
  app.post('/redeem', crossAppAuth({ sessions, targetApp: TARGET_APP }), (req, res) => {
    res.json(req.crossApp.user);
  });
  // As Express' guide has it.
  app.use((error, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    onRefusal(error.code);
    res.status(error.status).set(error.headers).json(error);
  });
  return app;
}

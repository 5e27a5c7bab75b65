import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { crossAppSignIn } from '@cross-app/express';
import type { CrossAppSignInOptions } from '@cross-app/express';
import express from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    userId: string;
  }
}

export const ORIGIN = 'https://hi.events';
export const LANDING = '/auth/cross-app';

/** A target app as its documents say to write it. */
export async function startExpressTarget(
  options: Pick<CrossAppSignInOptions, 'sessions' | 'source'> & Partial<CrossAppSignInOptions>,
): Promise<{ address: string; close(): void }> {
  const app = express();
  // In front of it, something speaks https: so does the kit's browser.
  app.set('trust proxy', 1);
  const cookie = { secure: true, sameSite: 'lax', httpOnly: true } as const;
  // Whoever opens a page has a session, so that there is one to fix.
  app.use(session({ secret: 'for tests only', resave: false, saveUninitialized: true, cookie }));
  app.use(
    LANDING,
    crossAppSignIn({
      targetApp: 'hi-events',
      landingUrl: `${ORIGIN}${LANDING}`,
      onSignIn: ({ user }, req) => {
        (req as unknown as express.Request).session.userId = user.id;
      },
      ...options,
    }),
  );
  app.get('/', (req, res) => {
    res.send(req.session.userId ?? '');
  });
  app.get('/sign-out', (req, res) => {
    req.session.destroy(() => res.send('Signed out'));
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

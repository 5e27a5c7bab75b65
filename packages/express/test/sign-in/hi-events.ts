import { promisify } from 'node:util';
import express from 'express';
import type { Express } from 'express';
import session from 'express-session';
import type { CrossAppRequest, CrossAppSignInOptions } from '../../src/index.js';
import { crossAppSignIn } from '../../src/index.js';
import { TARGET_APP } from '../store.js';

export const ORIGIN = 'http://localhost:4000';
export const MOUNT = '/auth/cross-app';
export const TUVENS = 'https://tuvens.com';
export const AUTHORIZE = `${TUVENS}/api/cross-app/authorize`;
export const EVIL = 'https://evil.example';

/** What the host's handlers find in the session. */
interface HostData {
  visitor?: string;
  basket?: string;
}

/** The host's own fields of the session. */
export function hostData(req: CrossAppRequest): HostData {
  return (req as unknown as { session: HostData }).session;
}

export type SignInOptions = CrossAppSignInOptions;

/** Options of a target app that people come to from Tuvens. */
export function signInOptions(
  sessions: SignInOptions['sessions'],
  changes: Partial<SignInOptions> = {},
): SignInOptions {
  return {
    sessions,
    targetApp: TARGET_APP,
    name: 'Hi.Events',
    landingUrl: ORIGIN + MOUNT,
    source: { app: 'tuvens', name: 'Tuvens', origin: TUVENS, authorizeUrl: AUTHORIZE },
    onSignIn({ user }, req) {
      hostData(req).visitor = user.email;
    },
    ...changes,
  };
}

/** The app, and what is in its store of sessions. */
export interface HiEvents {
  readonly app: Express;
  /** How many sessions there are. */
  countSessions(): Promise<number>;
}

/**
 * A target app with express-session: `/` says who is signed in, `/basket` puts something into the session,
 * `/sign-out` ends it.
 */
export function createHiEvents(options: SignInOptions): HiEvents {
  const store = new session.MemoryStore();
  const app = express();
  app.use(session({ store, secret: 'for tests only', resave: false, saveUninitialized: false, name: 'sid' }));
  app.use(MOUNT, crossAppSignIn(options));
  app.get('/', (req, res) => {
    const { visitor = null, basket = null } = hostData(req);
    res.json({ visitor, basket, id: req.sessionID });
  });
  app.post('/basket', (req, res) => {
    hostData(req).basket = 'two tickets';
    res.json({ id: req.sessionID });
  });
  app.post('/sign-out', (req, res) => {
    req.session.destroy(() => res.sendStatus(204));
  });
  const all = promisify(store.all.bind(store));
  const countSessions = async (): Promise<number> => Object.keys((await all()) ?? {}).length;
  return { app, countSessions };
}

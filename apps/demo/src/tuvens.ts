// Tuvens, the source app: people sign in here, and one click hands them over to Hi.Events.
import { CrossAppError, createCrossAppSessions, User } from '@cross-app/core';
import type { CrossAppSessions } from '@cross-app/core';
import { handoffForm } from '@cross-app/sdk';
import express, { Router } from 'express';
import type { Express, Request } from 'express';
import { browserSession, signIn, signOut } from './browser-session.js';
import type { Database } from './database.js';
import { errorPage, notFound } from './error-replies.js';
import { ownForm, readField } from './forms.js';
import { allowPostTo, servePages } from './pages.js';
import { findAccounts, findByPassword, isMember, PEOPLE } from './people.js';
import { tuvensApi } from './tuvens-api.js';
import type { TuvensApiOptions } from './tuvens-api.js';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in at Tuvens. */
    userId: number;
  }
}

/** What Tuvens needs to know. */
export interface TuvensOptions extends TuvensApiOptions, Pick<Database, 'knex' | 'pool'> {
  /** Where browsers reach Hi.Events, such as `http://localhost:4000`. */
  readonly hiEventsOrigin: string;
  /** Life of a token in whole seconds. */
  readonly ttlSeconds: number;
  /** The folder with `views` and `public`. */
  readonly folder: string;
}

// What the person is about to do goes along with the handoff, past the browser.
const EVENT = 'Summer Street Festival';

/** Makes the app. */
export function createTuvens(options: TuvensOptions): Express {
  const { knex, pool, ttlSeconds, folder, log } = options;
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens', ttlSeconds });

  const app = express();
  servePages(app, { folder, site: { id: 'tuvens', name: 'Tuvens' } });
  app.use('/api', tuvensApi(options, sessions));
  app.use(browserSession({ pool, table: 'tuvens_sessions', cookieName: 'tuvens.sid' }));
  app.use(signInPages(options));
  app.use(handoff(options, sessions));
  app.use(notFound, errorPage(log, '/'));
  return app;
}

function signInPages({ knex }: TuvensOptions): Router {
  const pages = Router();

  pages.get('/', async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) res.render('tuvens-sign-in', { people: PEOPLE, email: '', isWrong: false });
    else res.render('tuvens', { user, accounts: await findAccounts(knex, user), event: EVENT });
  });

  pages.post('/sign-in', ownForm, async (req, res) => {
    const email = readField(req, 'email');
    const user = await findByPassword(knex, email, readField(req, 'password'));
    if (user === undefined) {
      res.status(401).render('tuvens-sign-in', { people: PEOPLE, email, isWrong: true });
      return;
    }
    await signIn(req, { userId: user.id });
    res.redirect(303, '/');
  });

  pages.post('/sign-out', ownForm, async (req, res) => {
    await signOut(req);
    res.redirect(303, '/');
  });

  return pages;
}

// Makes a token for this person and this account, and a page whose form posts it to Hi.Events: no URL has it.
function handoff({ knex, hiEventsOrigin }: TuvensOptions, sessions: CrossAppSessions): Router {
  return Router().post('/add-ticketing', ownForm, allowPostTo(hiEventsOrigin), async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) {
      res.redirect(303, '/');
      return;
    }
    // Empty for people who have no account: they are handed over without one.
    const accountId = readField(req, 'account_id') || null;
    if (accountId !== null && !(await isMember(knex, user, accountId))) {
      throw new CrossAppError('account_forbidden');
    }
    const { token } = await sessions.issue({
      userId: user.id,
      accountId,
      targetApp: 'hi-events',
      payload: { event: EVENT },
      userAgent: req.get('user-agent'),
      ipAddress: req.ip,
    });
    res.render('handoff', {
      form: handoffForm(`${hiEventsOrigin}/auth/cross-app`, { token, source: 'tuvens' }),
    });
  });
}

// The row and not only its id: whoever was deleted is signed out.
async function findSignedIn(req: Request, knex: TuvensOptions['knex']): Promise<User | undefined> {
  const { userId } = req.session;
  return userId === undefined ? undefined : await User.query(knex).findById(userId);
}

// Tuvens, the source app: people sign in here, and one click hands them over to Hi.Events.
import { randomBytes } from 'node:crypto';
import { createAccountHooks, CrossAppError, createCrossAppSessions, User } from '@cross-app/core';
import type { AccountHooks, CrossAppSessions } from '@cross-app/core';
import { handoffForm } from '@cross-app/sdk';
import express, { Router } from 'express';
import type { Express, Request } from 'express';
import { makePageAccessToken } from './access-token.js';
import type { AccessTokenKey } from './access-token.js';
import { browserSession, signIn, signOut } from './browser-session.js';
import type { Database } from './database.js';
import { errorJson, errorPage, notFound } from './error-replies.js';
import { ownForm, readField } from './forms.js';
import { allowPostTo, allowScriptsAndPostTo, servePages } from './pages.js';
import { findAccounts, findByPassword, PEOPLE } from './people.js';
import { tuvensApi } from './tuvens-api.js';
import type { TuvensApiOptions } from './tuvens-api.js';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in at Tuvens. */
    userId: number;
  }
}

/** What Tuvens needs to know. */
export interface TuvensOptions
  extends
    Omit<TuvensApiOptions, 'accessTokenKey' | 'accountHooks' | 'landingUrl'>,
    Pick<Database, 'knex' | 'pool'> {
  /** Where browsers reach Hi.Events, such as `http://localhost:4000`. */
  readonly hiEventsOrigin: string;
  /** Life of a token in whole seconds. */
  readonly ttlSeconds: number;
  /** The folder with `views` and `public`. */
  readonly folder: string;
}

// What the person is about to do goes along with the handoff, past the browser.
const EVENT = 'Summer Street Festival';
// What every member of an account may do in it. Your app may have roles.
const PERMISSIONS = ['events:create', 'tickets:sell'];

/** Makes the app. */
export function createTuvens(options: TuvensOptions): Express {
  const { knex, pool, ttlSeconds, folder, log } = options;
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens', ttlSeconds });
  const accountHooks = createAccountHooks({ knex, permissions: PERMISSIONS });
  const accessTokenKey = randomBytes(32);

  const app = express();
  servePages(app, { folder, site: { id: 'tuvens', name: 'Tuvens' } });
  const api = { ...options, accountHooks, accessTokenKey, landingUrl: landingUrl(options.hiEventsOrigin) };
  app.use('/api', tuvensApi(api, sessions));
  app.use(browserSession({ pool, table: 'tuvens_sessions', cookieName: 'tuvens.sid' }));
  app.use(signInPages(options));
  app.use(handoff(options, sessions, accountHooks));
  app.use('/access-token', pageAccessToken(options, accessTokenKey));
  app.use(notFound, errorPage(log, '/'));
  return app;
}

function signInPages({ knex, hiEventsOrigin }: TuvensOptions): Router {
  const pages = Router();
  const allowHandoff = allowScriptsAndPostTo(hiEventsOrigin);

  pages.get('/', async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) {
      res.render('tuvens-sign-in', { people: PEOPLE, email: '', isWrong: false });
      return;
    }
    const accounts = await findAccounts(knex, user);
    allowHandoff(req, res, () => {
      res.render('tuvens', { user, accounts, event: EVENT, landingUrl: landingUrl(hiEventsOrigin) });
    });
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
function handoff(
  { knex, hiEventsOrigin }: TuvensOptions,
  sessions: CrossAppSessions,
  accountHooks: AccountHooks,
): Router {
  return Router().post('/add-ticketing', ownForm, allowPostTo(hiEventsOrigin), async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) {
      res.redirect(303, '/');
      return;
    }
    // Empty for people who have no account: they are handed over without one.
    const accountId = readField(req, 'account_id') || null;
    if (accountId !== null && !(await accountHooks.canUseAccount(user, accountId))) {
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
      form: handoffForm(landingUrl(hiEventsOrigin), { token, source: 'tuvens' }),
    });
  });
}

// For the script of the page: it hands over through the API, as any front end of Tuvens would.
function pageAccessToken({ knex, log }: TuvensOptions, key: AccessTokenKey): Router {
  const tokens = Router();
  tokens.post('/', ownForm, async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) throw new CrossAppError('user_unauthenticated');
    res.json({ access_token: makePageAccessToken(key, user.id) });
  });
  tokens.use(notFound, errorJson(log));
  return tokens;
}

function landingUrl(hiEventsOrigin: string): string {
  return new URL('/auth/cross-app', hiEventsOrigin).href;
}

// The row and not only its id: whoever was deleted is signed out.
async function findSignedIn(req: Request, knex: TuvensOptions['knex']): Promise<User | undefined> {
  const { userId } = req.session;
  return userId === undefined ? undefined : await User.query(knex).findById(userId);
}

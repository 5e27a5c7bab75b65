// Tuvens, the source app: people sign in here, and one click hands them over to Hi.Events.
import { randomBytes } from 'node:crypto';
import { createAccountHooks, CrossAppError, createCrossAppSessions } from '@cross-app/core';
import type { AccountHooks, CrossAppSessions, User } from '@cross-app/core';
import { sendHandoffForm } from '@cross-app/express';
import { handoffUrl } from '@cross-app/sdk';
import express, { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { browserSession } from './browser-session.js';
import { CROSS_APP_PAGES } from './cross-app-pages.js';
import type { Database } from './database.js';
import { errorPage, notFound } from './error-replies.js';
import { ownForm, readField } from './forms.js';
import { allowScriptsAndPostTo, servePages } from './pages.js';
import { pageAccessToken } from './page-access-token.js';
import { findAccounts } from './people.js';
import type { RunnableApp } from './runnable-app.js';
import { tuvensApi } from './tuvens-api.js';
import type { TuvensApiOptions } from './tuvens-api.js';
import { authorizeBySession } from './tuvens-authorize.js';
import { sendRevocations } from './tuvens-revocations.js';
import { findSignedIn, signInPages, TUVENS_SESSIONS } from './tuvens-sign-in.js';
import { Journal } from './what-happened/journal.js';
import { whatHappened } from './what-happened/page.js';
import { recordVerbs } from './what-happened/record-verbs.js';

/** What Tuvens needs to know. */
export interface TuvensOptions
  extends
    Omit<TuvensApiOptions, 'accessTokenKey' | 'accountHooks' | 'authorize' | 'landingUrl'>,
    Pick<Database, 'knex' | 'pool'> {
  /** Where browsers reach us, such as `http://localhost:3000`. */
  readonly tuvensUrl: string;
  /** Where browsers reach Hi.Events, such as `http://localhost:4000`. */
  readonly hiEventsOrigin: string;
  /** Whether Hi.Events sees in our database what we revoke, or has to be told. */
  readonly redeem: 'database' | 'http';
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
export function createTuvens(options: TuvensOptions): RunnableApp {
  const { knex, pool, redeem, ttlSeconds, tuvensUrl, hiEventsOrigin, folder, log } = options;
  const journal = new Journal(knex);
  const inDatabase = createCrossAppSessions({ knex, appId: 'tuvens', ttlSeconds });
  const sessions = recordVerbs(inDatabase, 'tuvens', journal);
  const accountHooks = createAccountHooks({ knex, permissions: PERMISSIONS });
  const accessTokenKey = randomBytes(32);

  const app = express();
  servePages(app, { folder, site: { id: 'tuvens', name: 'Tuvens' } });
  app.use(whatHappened('tuvens', journal));
  app.use(browserSession({ pool, ...TUVENS_SESSIONS }));
  const authorize = authorizeBySession({
    knex,
    tuvensUrl,
    payload: { event: EVENT },
    permissions: PERMISSIONS,
  });
  const landing = { landingUrl: landingUrl(hiEventsOrigin) };
  const api = { ...options, ...landing, accountHooks, accessTokenKey, authorize };
  app.use('/api', tuvensApi(api, sessions));
  app.use(signInPages({ knex, sessions, tuvensUrl, hiEventsOrigin }));
  app.use(threeWays(options));
  app.use(handoffs(options, sessions, accountHooks));
  app.use('/access-token', pageAccessToken({ knex, log, key: accessTokenKey }));
  app.use(notFound, errorPage(log, '/'));
  const sender = redeem === 'http' ? sendRevocations(inDatabase, { ...options, ...landing }) : undefined;
  return { handle: app, close: async () => sender?.close() };
}

// The page of whoever is signed in, with the three ways to Hi.Events side by side.
function threeWays({ knex, hiEventsOrigin }: TuvensOptions): Router {
  return Router().get('/', allowScriptsAndPostTo(hiEventsOrigin), async (req, res, next) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) {
      next();
      return;
    }
    const accounts = await findAccounts(knex, user);
    const startUrl = `${landingUrl(hiEventsOrigin)}/start`;
    res.render('tuvens', { user, accounts, event: EVENT, landingUrl: landingUrl(hiEventsOrigin), startUrl });
  });
}

/** Hands a token out, as a page that shows it in one way or another. */
type Show = (res: Response, token: string) => void;

// Two of the ways begin here: with a token for this person and this account, in a form or in a link.
function handoffs(options: TuvensOptions, sessions: CrossAppSessions, accountHooks: AccountHooks): Router {
  const landing = landingUrl(options.hiEventsOrigin);
  const issue = issuing(sessions, accountHooks);
  const withToken =
    (show: Show): RequestHandler =>
    async (req, res) => {
      const user = await findSignedIn(req, options.knex);
      if (user === undefined) res.redirect(303, '/');
      else show(res, await issue(req, user));
    };
  // The next page is a form that posts the token to Hi.Events by itself: no URL has it.
  const inForm: Show = (res, token) => {
    const shown = { source: 'tuvens', target: 'Hi.Events', pages: CROSS_APP_PAGES };
    sendHandoffForm(res, { landingUrl: landing, token, ...shown });
  };
  const inLink: Show = (res, token) => {
    res.render('link', { link: handoffUrl(landing, { token, source: 'tuvens' }) });
  };
  return Router()
    .post('/add-ticketing', ownForm, withToken(inForm))
    .post('/copy-link', ownForm, withToken(inLink));
}

function issuing(
  sessions: CrossAppSessions,
  accountHooks: AccountHooks,
): (req: Request, user: User) => Promise<string> {
  return async (req, user) => {
    // Empty for people who have no account: they are handed over without one.
    const accountId = readField(req, 'account_id') || null;
    if (accountId !== null && !(await accountHooks.canUseAccount(user, accountId))) {
      throw new CrossAppError('account_forbidden');
    }
    const { token } = await sessions.issue({
      userId: user.id,
      accountId,
      targetApp: 'hi-events',
      permissions: accountId === null ? [] : PERMISSIONS,
      payload: { event: EVENT },
      userAgent: req.get('user-agent'),
      ipAddress: req.ip,
    });
    return token;
  };
}

function landingUrl(hiEventsOrigin: string): string {
  return new URL('/auth/cross-app', hiEventsOrigin).href;
}

// Tuvens, the source app: people sign in here, and one click hands them over to Hi.Events.
import { randomBytes } from 'node:crypto';
import { createAccountHooks, CrossAppError, createCrossAppSessions } from '@cross-app/core';
import type { AccountHooks, CrossAppSessions, User } from '@cross-app/core';
import { handoffForm, handoffUrl } from '@cross-app/sdk';
import express, { Router } from 'express';
import type { Express, Request } from 'express';
import { makePageAccessToken } from './access-token.js';
import type { AccessTokenKey } from './access-token.js';
import { browserSession } from './browser-session.js';
import type { Database } from './database.js';
import { errorJson, errorPage, notFound } from './error-replies.js';
import { ownForm, readField } from './forms.js';
import { allowPostTo, allowScriptsAndPostTo, servePages } from './pages.js';
import { findAccounts } from './people.js';
import { tuvensApi } from './tuvens-api.js';
import type { TuvensApiOptions } from './tuvens-api.js';
import { findSignedIn, signInPages, TUVENS_SESSIONS } from './tuvens-sign-in.js';
import { Journal } from './what-happened/journal.js';
import { whatHappened } from './what-happened/page.js';
import { recordVerbs } from './what-happened/record-verbs.js';

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
  const { knex, pool, ttlSeconds, hiEventsOrigin, folder, log } = options;
  const journal = new Journal(knex);
  const inDatabase = createCrossAppSessions({ knex, appId: 'tuvens', ttlSeconds });
  const sessions = recordVerbs(inDatabase, 'tuvens', journal);
  const accountHooks = createAccountHooks({ knex, permissions: PERMISSIONS });
  const accessTokenKey = randomBytes(32);

  const app = express();
  servePages(app, { folder, site: { id: 'tuvens', name: 'Tuvens' } });
  app.use(whatHappened('tuvens', journal));
  const api = { ...options, accountHooks, accessTokenKey, landingUrl: landingUrl(hiEventsOrigin) };
  app.use('/api', tuvensApi(api, sessions));
  app.use(browserSession({ pool, ...TUVENS_SESSIONS }));
  app.use(signInPages(knex, sessions));
  app.use(threeWays(options));
  app.use(handoffs(options, sessions, accountHooks));
  app.use('/access-token', pageAccessToken(options, accessTokenKey));
  app.use(notFound, errorPage(log, '/'));
  return app;
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

// Two of the ways begin here: a token for this person and this account, for a form or for a link.
function handoffs(
  { knex, hiEventsOrigin }: TuvensOptions,
  sessions: CrossAppSessions,
  accountHooks: AccountHooks,
): Router {
  const pages = Router();

  const issueToken = async (req: Request, user: User): Promise<string> => {
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

  // A form of the next page posts the token to Hi.Events: no URL has it.
  pages.post('/add-ticketing', ownForm, allowPostTo(hiEventsOrigin), async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) {
      res.redirect(303, '/');
      return;
    }
    const token = await issueToken(req, user);
    res.render('handoff', { form: handoffForm(landingUrl(hiEventsOrigin), { token, source: 'tuvens' }) });
  });

  pages.post('/copy-link', ownForm, async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) {
      res.redirect(303, '/');
      return;
    }
    const token = await issueToken(req, user);
    res.render('link', { link: handoffUrl(landingUrl(hiEventsOrigin), { token, source: 'tuvens' }) });
  });

  return pages;
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

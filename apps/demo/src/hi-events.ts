// Hi.Events, the target app: people arrive with a token, which is used up here, and are signed in.
import { createCrossAppSessions, CrossAppError } from '@cross-app/core';
import type { CrossAppSessions, JsonValue, Redemption } from '@cross-app/core';
import { crossAppAuth } from '@cross-app/express';
import { parseToken } from '@cross-app/protocol';
import { createCrossAppClient } from '@cross-app/sdk';
import type { CrossAppClientOptions } from '@cross-app/sdk';
import express, { Router } from 'express';
import type { Express } from 'express';
import { browserSession, signIn, signOut } from './browser-session.js';
import type { Database } from './database.js';
import { errorPage, notFound } from './error-replies.js';
import type { Log } from './error-replies.js';
import { ownForm } from './forms.js';
import { servePages } from './pages.js';
import { Journal } from './what-happened/journal.js';
import { whatHappened } from './what-happened/page.js';
import { recordVerbs } from './what-happened/record-verbs.js';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in at Hi.Events, for which account, and what they came for. */
    visitor: Pick<Redemption, 'user' | 'account'> & {
      readonly permissions: readonly string[];
      readonly event: string | null;
    };
  }
}

/** Each is the sdk's default where it is undefined. */
export type ClientPatience = Pick<CrossAppClientOptions, 'timeoutMs' | 'tryTimeoutMs' | 'retries'>;

/** What Hi.Events needs to know. */
export interface HiEventsOptions extends Pick<Database, 'knex' | 'pool'> {
  /** `database` when it is shared with Tuvens, `http` when only Tuvens' API can be reached. */
  readonly redeem: 'database' | 'http';
  /** Where Tuvens is, such as `http://localhost:3000`. */
  readonly tuvensUrl: string;
  /** Where we reach Tuvens' API, mostly `tuvensUrl`. */
  readonly tuvensApiUrl: string;
  /** How long we wait for Tuvens' API, and how often we ask again. */
  readonly client: ClientPatience;
  /** By which we prove ourselves to Tuvens' API. */
  readonly secret: string;
  /** The folder with `views` and `public`. */
  readonly folder: string;
  readonly log: Log;
}

/** Makes the app. */
export function createHiEvents(options: HiEventsOptions): Express {
  const { knex, pool, tuvensUrl, folder, log } = options;
  const journal = new Journal(knex);
  const app = express();
  servePages(app, { folder, site: { id: 'hi-events', name: 'Hi.Events' } });
  app.use(whatHappened('hi-events', journal));
  app.use(browserSession({ pool, table: 'hi_events_sessions', cookieName: 'hi-events.sid' }));
  app.use('/auth/cross-app', landing(chooseSessions(options, journal)));
  app.use(ownPages(options));
  app.use(notFound, errorPage(log, tuvensUrl));
  return app;
}

// Moving out of the shared database changes this and nothing else.
function chooseSessions(
  { redeem, knex, tuvensApiUrl, client, secret }: HiEventsOptions,
  journal: Journal,
): Pick<CrossAppSessions, 'redeem'> {
  return redeem === 'database'
    ? recordVerbs(createCrossAppSessions({ knex, appId: 'hi-events' }), 'hi-events', journal)
    : createCrossAppClient({
        ...client,
        baseUrl: `${tuvensApiUrl}/api/cross-app`,
        appId: 'hi-events',
        secret,
      });
}

function landing(sessions: Pick<CrossAppSessions, 'redeem'>): Router {
  const pages = Router();

  // The token came in the body of a form. `crossAppAuth` has used it up when the handler runs.
  pages.post('/', crossAppAuth({ sessions, targetApp: 'hi-events' }), async (req, res) => {
    const { user, account, session } = req.crossApp;
    const { permissions, payload } = session;
    await signIn(req, { visitor: { user, account, permissions, event: readEvent(payload) } });
    res.redirect(303, '/');
  });

  // The token came in a link, which mail scanners, previews and prefetches open too: nothing is used up until
  // a person has clicked.
  pages.get('/', (req, res) => {
    const token = req.query['session_token'];
    if (parseToken(token) === undefined) throw new CrossAppError('token_malformed');
    res.render('continue', { token });
  });

  return pages;
}

function ownPages({ tuvensUrl }: HiEventsOptions): Router {
  const pages = Router();

  pages.get('/', (req, res) => {
    const { visitor } = req.session;
    if (visitor === undefined) res.render('hi-events-signed-out', { tuvensUrl });
    else res.render('hi-events', { visitor, tuvensUrl });
  });

  pages.post('/sign-out', ownForm, async (req, res) => {
    await signOut(req);
    res.redirect(303, '/');
  });

  return pages;
}

// Tuvens sends `{ event: 'title' }` along, but its API lets its users send anything.
function readEvent(payload: JsonValue): string | null {
  if (typeof payload !== 'object' || payload === null || !('event' in payload)) return null;
  return typeof payload['event'] === 'string' ? payload['event'] : null;
}

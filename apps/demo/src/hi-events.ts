// Hi.Events, the target app: people arrive with a token, which is used up here, and are signed in.
import type { JsonValue, Redemption } from '@cross-app/core';
import { crossAppGuard, crossAppSignIn, expressSession } from '@cross-app/express';
import type { CrossAppHandler } from '@cross-app/express';
import express, { Router } from 'express';
import type { Request } from 'express';
import { browserSession, signOut } from './browser-session.js';
import { crossAppLog } from './cross-app-log.js';
import { CROSS_APP_PAGES } from './cross-app-pages.js';
import type { Database } from './database.js';
import { errorPage, notFound } from './error-replies.js';
import type { Log } from './error-replies.js';
import { ownForm } from './forms.js';
import { chooseSessions } from './hi-events-sessions.js';
import type { HiEventsSessions, HiEventsSessionsOptions } from './hi-events-sessions.js';
import { servePages } from './pages.js';
import type { RunnableApp } from './runnable-app.js';
import { Journal } from './what-happened/journal.js';
import { whatHappened } from './what-happened/page.js';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in at Hi.Events, for which account, and what they came for. */
    visitor: Pick<Redemption, 'user' | 'account'> & {
      readonly permissions: readonly string[];
      readonly event: string | null;
    };
  }
}

/** What Hi.Events needs to know. */
export interface HiEventsOptions extends HiEventsSessionsOptions, Pick<Database, 'pool'> {
  /** Where browsers reach us, such as `http://localhost:4000`. */
  readonly hiEventsUrl: string;
  /** Where browsers reach Tuvens, such as `http://localhost:3000`. */
  readonly tuvensUrl: string;
  /** The folder with `views` and `public`. */
  readonly folder: string;
  readonly log: Log;
}

const LANDING = '/auth/cross-app';

/** Makes the app. */
export function createHiEvents(options: HiEventsOptions): RunnableApp {
  const { knex, pool, tuvensUrl, folder, log } = options;
  const journal = new Journal(knex);
  const known = chooseSessions(options, journal);
  // Ends the sign-ins whose handoff Tuvens has revoked since.
  const guard = crossAppGuard({
    sessions: known.revocations,
    session: expressSession(),
    logger: crossAppLog(log),
  });

  const app = express();
  servePages(app, { folder, site: { id: 'hi-events', name: 'Hi.Events' } });
  app.use(whatHappened('hi-events', journal));
  app.use(browserSession({ pool, table: 'hi_events_sessions', cookieName: 'hi-events.sid' }));
  app.use(guard);
  app.use(LANDING, signIn(options, known));
  app.use(ownPages(options));
  app.use(notFound, errorPage(log, tuvensUrl));
  return { handle: app, close: () => guard.close() };
}

// All that people meet on their way in: they come back from Tuvens, or with a form, or with a link.
function signIn(
  { hiEventsUrl, tuvensUrl, secret, log }: HiEventsOptions,
  { sessions, told }: HiEventsSessions,
): CrossAppHandler {
  return crossAppSignIn({
    sessions,
    targetApp: 'hi-events',
    name: 'Hi.Events',
    landingUrl: `${hiEventsUrl}${LANDING}`,
    source: {
      app: 'tuvens',
      name: 'Tuvens',
      origin: tuvensUrl,
      authorizeUrl: `${tuvensUrl}/api/cross-app/authorize`,
    },
    readEventData: readEvent,
    onSignIn({ user, account, session, eventData }, req: Request) {
      req.session.visitor = { user, account, permissions: session.permissions, event: eventData };
    },
    // Where Tuvens' server tells ours whose sign-in has ended: no browser takes part.
    ...(told && { backChannel: { secrets: [secret], revocations: told } }),
    pages: CROSS_APP_PAGES,
    logger: crossAppLog(log),
  });
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
function readEvent(json: JsonValue): string | null {
  if (typeof json !== 'object' || json === null || !('event' in json)) return null;
  return typeof json['event'] === 'string' ? json['event'] : null;
}

import { crossAppGuard, crossAppSignIn } from '@cross-app/express';
import type {
  CrossAppGuard,
  CrossAppRequest,
  CrossAppSignInOptions,
  CurrentPerson,
} from '@cross-app/express';
import type { DerivedSessions } from '@cross-app/core';
import express from 'express';
import type { Express, Request } from 'express';
import session from 'express-session';
import { form, html } from './html.js';
import { sessionOptions } from './tuvens.js';

declare module 'express-session' {
  interface SessionData {
    visitor?: CurrentPerson;
    account?: string | null;
    basket?: string;
  }
}

/** What a target app is told here. */
export interface HiEventsSettings {
  readonly sessions: CrossAppSignInOptions['sessions'] & DerivedSessions;
  readonly origin: string;
  readonly tuvens: string;
  readonly changes?: Partial<CrossAppSignInOptions> | undefined;
}

export const MOUNT = '/auth/cross-app';

/** The target app as its developers would write it, and its guard, which has to be closed. */
export function createHiEvents(settings: HiEventsSettings): { app: Express; guard: CrossAppGuard } {
  const app = express();
  const guard = crossAppGuard({ sessions: settings.sessions });
  app.use(session({ ...sessionOptions(settings.origin), name: 'hi-events' }));
  app.use(guard);
  app.use(MOUNT, crossAppSignIn(signInOptions(settings)));
  app.use(express.urlencoded());
  app.get(['/', '/events'], (req, res) => {
    res.send(startPage(req));
  });
  app.post('/basket', (req, res) => {
    req.session.basket = 'two tickets';
    res.redirect(303, '/');
  });
  app.post('/sign-in', (req, res, next) => {
    req.session.regenerate((error) => {
      if (error !== undefined && error !== null) {
        next(error);
        return;
      }
      req.session.visitor = { id: null, name: 'Zoe Local', email: 'zoe@example.com' };
      res.redirect(303, '/');
    });
  });
  app.post('/sign-out', (req, res) => {
    req.session.destroy(() => {
      res.redirect(303, '/');
    });
  });
  return { app, guard };
}

function signInOptions({ sessions, origin, tuvens, changes }: HiEventsSettings): CrossAppSignInOptions {
  return {
    sessions,
    targetApp: 'hi-events',
    name: 'Hi.Events',
    landingUrl: origin + MOUNT,
    source: {
      app: 'tuvens',
      name: 'Tuvens',
      origin: tuvens,
      authorizeUrl: `${tuvens}/api/cross-app/authorize`,
    },
    onSignIn({ user, account }, req) {
      sessionOf(req).account = account?.name ?? account?.id ?? null;
      sessionOf(req).visitor = { id: user.id, name: user.name, email: user.email };
    },
    currentPerson: (req) => sessionOf(req).visitor ?? null,
    ...changes,
  };
}

function startPage({ session: { visitor, account, basket } }: Request): string {
  return html(
    'Hi.Events',
    `<p>Signed in as <b id="who">${visitor?.name ?? 'nobody'}</b></p>`,
    `<p>For <b id="account">${account ?? 'no account'}</b></p>`,
    `<p>In the basket: <b id="basket">${basket ?? 'nothing'}</b></p>`,
    form('/basket', 'Put tickets into the basket'),
    form('/sign-in', 'I am Zoe'),
    form('/sign-out', 'Sign out'),
  );
}

function sessionOf(req: CrossAppRequest): Partial<session.SessionData> {
  return (req as Request).session;
}

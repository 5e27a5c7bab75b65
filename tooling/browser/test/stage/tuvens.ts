import type { CrossAppSessions } from '@cross-app/core';
import { crossAppIssuer, sendHandoffForm } from '@cross-app/express';
import type { CrossAppIssuerOptions, IssuerUser } from '@cross-app/express';
import { handoffUrl } from '@cross-app/protocol';
import express from 'express';
import type { Express, Request } from 'express';
import session from 'express-session';
import { ADA, BOB } from './database.js';
import { form, html, link } from './html.js';

declare module 'express-session' {
  interface SessionData {
    userId?: string;
  }
}

const PEOPLE = [ADA, BOB];

/** What a source app is told here. */
export interface TuvensSettings {
  readonly sessions: CrossAppSessions;
  readonly origin: string;
  /** Where Hi.Events lands people. */
  readonly landingUrl: string;
  /** Shared with Hi.Events. */
  readonly secret: string;
  readonly changes?: Partial<CrossAppIssuerOptions> | undefined;
}

/** The source app as its developers would write it: a login of its own, and three ways to Hi.Events. */
export function createTuvens(settings: TuvensSettings): Express {
  const { sessions, origin, landingUrl } = settings;
  const app = express();
  app.use(session({ ...sessionOptions(origin), name: 'tuvens' }));
  app.use('/api/cross-app', crossAppIssuer(issuerOptions(settings)));
  app.use(express.urlencoded());

  app.get('/', (req, res) => {
    const name = personOf(req)?.name ?? 'nobody';
    const ways = [
      link(`${landingUrl}/start?return_to=/events`, 'Add ticketing'),
      form('/go', 'Go to Hi.Events'),
      link('/link', 'Make a link'),
    ];
    res.send(html('Tuvens', `<p>Signed in as <b id="who">${name}</b></p>`, ...ways));
  });
  app.get('/login', (req, res) => {
    const { continue: next = '/' } = req.query as { continue?: string };
    const logins = PEOPLE.map(({ id, name }) => form('/login', `I am ${name}`, { id, continue: next }));
    res.send(html('Log in to Tuvens', ...logins));
  });
  // For tests that are about something else.
  app.get('/login/:id', (req, res) => {
    req.session.userId = req.params.id;
    res.redirect(303, '/');
  });
  app.post('/login', (req, res) => {
    const { id, continue: next } = req.body as { id: string; continue: string };
    req.session.userId = id;
    res.redirect(303, new URL(next, origin).origin === origin ? next : '/');
  });
  app.post('/go', async (req, res) => {
    const token = await issue(req);
    sendHandoffForm(res, {
      landingUrl,
      token,
      source: 'tuvens',
      callbackUrl: '/events',
      target: 'Hi.Events',
    });
  });
  app.get('/link', async (req, res) => {
    const url = handoffUrl(landingUrl, {
      token: await issue(req),
      source: 'tuvens',
      action: 'create-event',
      callbackUrl: '/events',
    });
    res.send(html('Your link', link(url, 'Go to Hi.Events')));
  });
  return app;

  async function issue(req: Request): Promise<string> {
    const { token } = await sessions.issue({ userId: req.session.userId ?? '', targetApp: 'hi-events' });
    return token;
  }
}

function issuerOptions({
  sessions,
  origin,
  landingUrl,
  secret,
  changes,
}: TuvensSettings): CrossAppIssuerOptions {
  return {
    sessions,
    apps: { 'hi-events': { secrets: [secret], redirectUris: [landingUrl] } },
    authenticate: () => null,
    authorize: {
      origin,
      currentUser: (req) => personOf(req as Request) ?? null,
      showSignIn: (_req, res, continueUrl) => {
        res.writeHead(303, { Location: `/login?continue=${encodeURIComponent(continueUrl)}` }).end();
      },
      appNames: { 'hi-events': 'Hi.Events' },
    },
    canUseAccount: () => true,
    limits: false,
    ...changes,
  };
}

function personOf({
  session: { userId },
}: Request): (IssuerUser & { name: string; email: string }) | undefined {
  return PEOPLE.find(({ id }) => id === userId);
}

/** As both apps have it; the store is in memory. */
export function sessionOptions(origin: string): session.SessionOptions {
  return {
    secret: 'for tests only',
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax', secure: origin.startsWith('https:') },
  };
}

// Tuvens, the source app: it has the database, and an API in front of it for apps that have not.
import { randomUUID } from 'node:crypto';
import { createCrossAppSessions } from '@cross-app/core';
import { crossAppIssuer, sendHandoffForm } from '@cross-app/express';
import express from 'express';
import session from 'express-session';
import knex from 'knex';

const { TUVENS_URL = 'http://localhost:3000', HI_EVENTS_URL = 'http://localhost:4000' } = process.env;
const landingUrl = `${HI_EVENTS_URL}/auth/cross-app`;

const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });
const sessions = createCrossAppSessions({ knex: db, appId: 'tuvens' });
const app = express();

app.use(
  session({
    name: 'tuvens',
    secret: randomUUID(), // of your configuration, with a store
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
);

app.use(
  '/api/cross-app',
  crossAppIssuer({
    sessions,
    // Whose secret it is decides which tokens it redeems: those that were issued for hi-events.
    apps: {
      'hi-events': { secrets: [process.env.HI_EVENTS_SHARED_SECRET], redirectUris: [landingUrl] },
    },
    authenticate: () => null, // people get tokens from our pages only, not by calls of their own
    canUseAccount: () => false, // this app has no accounts
    // Where Hi.Events sends people who want to sign in there with Tuvens.
    authorize: {
      origin: TUVENS_URL,
      currentUser: (req) => (req.session.userId === undefined ? null : { id: req.session.userId }),
      showSignIn: (req, res, continueUrl) => {
        req.session.continueUrl = continueUrl; // in the session: nobody else can have written it
        res.redirect(303, '/');
      },
    },
  }),
);

app.get('/', (req, res) => {
  const [action, label] =
    req.session.userId === undefined ? ['/sign-in', 'Sign in'] : ['/add-ticketing', 'Add ticketing'];
  res.send(`<h1>Tuvens</h1><form method="post" action="${action}"><button>${label}</button></form>`);
});

app.post('/sign-in', (req, res, next) => {
  const { continueUrl = '/' } = req.session;
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.userId = 1; // your own sign-in; this is test@example.com
    res.redirect(303, continueUrl);
  });
});

app.post('/add-ticketing', async (req, res) => {
  const { userId } = req.session;
  if (userId === undefined) return res.redirect(303, '/');
  const { token } = await sessions.issue({ userId, targetApp: 'hi-events' });
  sendHandoffForm(res, { landingUrl, token, target: 'Hi.Events' });
});

const { hostname, port } = new URL(TUVENS_URL);
app.listen(port, hostname);

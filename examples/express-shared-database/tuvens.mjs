// Tuvens, the source app: people are signed in here, and one click hands them over to Hi.Events.
import { randomUUID } from 'node:crypto';
import { createCrossAppSessions } from '@cross-app/core';
import { sendHandoffForm } from '@cross-app/express';
import express from 'express';
import session from 'express-session';
import knex from 'knex';

const { TUVENS_URL = 'http://localhost:3000', HI_EVENTS_URL = 'http://localhost:4000' } = process.env;

// Your app has a knex already: give it that one.
const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });
const sessions = createCrossAppSessions({ knex: db, appId: 'tuvens' });
const app = express();

// Cookies know no ports: on localhost each app needs a name of its own. A store and a secret of your configuration
// (`cookie: { secure: true }` too) replace these, which forget everybody when the app is started again.
app.use(
  session({
    name: 'tuvens',
    secret: randomUUID(),
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
);

app.get('/', (req, res) => {
  const [action, label] =
    req.session.userId === undefined ? ['/sign-in', 'Sign in'] : ['/add-ticketing', 'Add ticketing'];
  res.send(`<h1>Tuvens</h1><form method="post" action="${action}"><button>${label}</button></form>`);
});

app.post('/sign-in', (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.userId = 1; // your own sign-in; this is test@example.com
    res.redirect(303, '/');
  });
});

app.post('/add-ticketing', async (req, res) => {
  const { userId } = req.session;
  if (userId === undefined) return res.redirect(303, '/');
  const { token } = await sessions.issue({
    userId,
    targetApp: 'hi-events',
    userAgent: req.get('user-agent'),
    ipAddress: req.ip,
  });
  // A page that posts the token by itself: it is in no URL, so in no history and no log.
  sendHandoffForm(res, { landingUrl: `${HI_EVENTS_URL}/auth/cross-app`, token, target: 'Hi.Events' });
});

const { hostname, port } = new URL(TUVENS_URL);
app.listen(port, hostname);

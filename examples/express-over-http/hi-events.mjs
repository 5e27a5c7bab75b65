// Hi.Events, the target app, without a database: it asks Tuvens to redeem.
import { randomUUID } from 'node:crypto';
import { crossAppSignIn } from '@cross-app/express';
import { createCrossAppClient } from '@cross-app/sdk';
import express from 'express';
import session from 'express-session';

const { TUVENS_URL = 'http://localhost:3000', HI_EVENTS_URL = 'http://localhost:4000' } = process.env;

const app = express();

app.use(
  session({
    name: 'hi-events',
    secret: randomUUID(), // of your configuration, with a store
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
);

app.use(
  '/auth/cross-app',
  crossAppSignIn({
    // All that is different from an app that shares the database. A redeem whose reply is lost is tried again, and is
    // still one redeem.
    sessions: createCrossAppClient({
      baseUrl: `${TUVENS_URL}/api/cross-app`,
      appId: 'hi-events',
      secret: process.env.HI_EVENTS_SHARED_SECRET,
    }),
    targetApp: 'hi-events',
    landingUrl: `${HI_EVENTS_URL}/auth/cross-app`,
    // With authorizeUrl Hi.Events can begin, and the token is of use in the browser that asked for it only.
    source: { app: 'tuvens', origin: TUVENS_URL, authorizeUrl: `${TUVENS_URL}/api/cross-app/authorize` },
    onSignIn({ user }, req) {
      req.session.name = user.name;
    },
  }),
);

app.get('/', (req, res) => {
  const { name } = req.session;
  // As text, wherever names go into HTML: people choose their own.
  if (name !== undefined) res.type('text').send(`Hello ${name}`);
  else res.send('Hello stranger. <a href="/auth/cross-app/start">Sign in with Tuvens</a>');
});

const { hostname, port } = new URL(HI_EVENTS_URL);
app.listen(port, hostname);

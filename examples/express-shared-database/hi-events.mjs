// Hi.Events, the target app: people arrive with a token, which is used up here, and are signed in.
import { randomUUID } from 'node:crypto';
import { createCrossAppSessions } from '@cross-app/core';
import { crossAppGuard, crossAppSignIn } from '@cross-app/express';
import express from 'express';
import session from 'express-session';
import knex from 'knex';

const { TUVENS_URL = 'http://localhost:3000', HI_EVENTS_URL = 'http://localhost:4000' } = process.env;

const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });
const sessions = createCrossAppSessions({ knex: db, appId: 'hi-events' });
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

// Behind the session: when Tuvens revokes a handoff, the sign-in that was made of it ends, within seconds.
app.use(crossAppGuard({ sessions }));

app.use(
  '/auth/cross-app',
  crossAppSignIn({
    sessions,
    targetApp: 'hi-events',
    landingUrl: `${HI_EVENTS_URL}/auth/cross-app`,
    // Only pages of Tuvens may sign somebody in here; else any page could, as anybody.
    source: { app: 'tuvens', origin: TUVENS_URL },
    onSignIn({ user }, req) {
      req.session.name = user.name; // a new session, with a new id
    },
  }),
);

app.get('/', (req, res) => {
  res.type('text').send(`Hello ${req.session.name ?? 'stranger'}`);
});

const { hostname, port } = new URL(HI_EVENTS_URL);
app.listen(port, hostname);

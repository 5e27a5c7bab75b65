// Hi.Events, the target app, on NestJS: people arrive with a token, which is used up here, and are signed in.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { DatabaseSessions } from '@cross-app/core';
import { crossAppGuard, crossAppSignIn } from '@cross-app/express';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import session from 'express-session';
import { AppModule } from './app.module.js';
import { SESSIONS } from './handoffs.module.js';

const TUVENS_URL = process.env['TUVENS_URL'] ?? 'http://localhost:3000';
const HI_EVENTS_URL = process.env['HI_EVENTS_URL'] ?? 'http://localhost:4000';

const app = await NestFactory.create<NestExpressApplication>(AppModule);
const sessions = app.get<DatabaseSessions>(SESSIONS);

app.use(
  session({
    name: 'hi-events',
    secret: randomUUID(), // of your configuration, with a store
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
);
app.use(crossAppGuard({ sessions }));

// Behind the session and in front of Nest's routes; Nest's body parsers may be there or not.
app.use(
  '/auth/cross-app',
  crossAppSignIn({
    sessions,
    targetApp: 'hi-events',
    landingUrl: `${HI_EVENTS_URL}/auth/cross-app`,
    source: { app: 'tuvens', origin: TUVENS_URL },
    onSignIn({ user }, req: Request) {
      req.session.name = user.name;
    },
  }),
);

app.enableShutdownHooks();
const { hostname, port } = new URL(HI_EVENTS_URL);
await app.listen(port, hostname);

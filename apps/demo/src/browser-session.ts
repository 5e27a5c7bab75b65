import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import connectPgSimple from 'connect-pg-simple';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { SessionData } from 'express-session';
import type { Knex } from 'knex';
import type { Pool } from 'pg';
import { SCHEMA } from './database.js';

const PostgresStore = connectPgSimple(session);
const ONE_DAY_SECONDS = 24 * 60 * 60;

/** Where an app keeps who is signed in. */
export interface BrowserSessionOptions {
  readonly pool: Pool;
  readonly table: string;
  /** Cookies know no ports: two apps on localhost need two names. */
  readonly cookieName: string;
}

/** The app's own sign-in: a cookie with a random id, and the rest in the database. */
export function browserSession({ pool, table, cookieName }: BrowserSessionOptions): RequestHandler {
  return session({
    name: cookieName,
    // New at every start, which signs everybody out. Yours is from your configuration, and stays.
    secret: randomBytes(32).toString('hex'),
    store: new PostgresStore({
      pool,
      schemaName: SCHEMA,
      tableName: table,
      ttl: ONE_DAY_SECONDS,
      disableTouch: true, // a sign-in ends a day after it began, used or not
    }),
    resave: false,
    saveUninitialized: false,
    // Secure wherever the request came over https, which localhost has not.
    cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
  });
}

/** Signs the browser in. What an earlier sign-in left is gone. */
export async function signIn(req: Request, data: Partial<SessionData>): Promise<void> {
  // A new id: one that somebody planted in this browser must not become a signed-in one (session fixation).
  await promisify((done: (error: unknown) => void) => req.session.regenerate(done))();
  Object.assign(req.session, data);
  // Before the reply: a redirect can bring the browser back sooner than the store has the session.
  await promisify((done: (error: unknown) => void) => req.session.save(done))();
}

/** Signs the browser out. */
export async function signOut(req: Request): Promise<void> {
  await promisify((done: (error: unknown) => void) => req.session.destroy(done))();
}

/** Signs the user out in every browser that has a sign-in of this app. */
export async function signOutInEveryBrowser(knex: Knex, table: string, userId: number): Promise<void> {
  await knex(table)
    .whereRaw("sess ->> 'userId' = ?", [String(userId)])
    .delete();
}

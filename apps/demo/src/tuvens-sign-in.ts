// How people sign in at Tuvens itself, and out again: here, or everywhere.
import { User } from '@cross-app/core';
import type { CrossAppSessions } from '@cross-app/core';
import { parseReturnTo } from '@cross-app/protocol';
import { Router } from 'express';
import type { Request } from 'express';
import type { Knex } from 'knex';
import { signIn, signOut, signOutInEveryBrowser } from './browser-session.js';
import { ownForm, readField } from './forms.js';
import { allowFormsTo } from './pages.js';
import { findByPassword, PEOPLE } from './people.js';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in at Tuvens. */
    userId: number;
  }
}

/** Where Tuvens keeps its own sign-ins. */
export const TUVENS_SESSIONS = { table: 'tuvens_sessions', cookieName: 'tuvens.sid' } as const;

/** The row and not only its id: whoever was deleted is signed out. */
export async function findSignedIn(req: Request, knex: Knex): Promise<User | undefined> {
  const { userId } = req.session;
  return userId === undefined ? undefined : await User.query(knex).findById(userId);
}

/** What the pages need to know. */
export interface SignInPagesOptions {
  readonly knex: Knex;
  readonly sessions: Pick<CrossAppSessions, 'revokeAll'>;
  /** Where browsers reach the two apps. */
  readonly tuvensUrl: string;
  readonly hiEventsOrigin: string;
}

export function signInPages({ knex, sessions, tuvensUrl, hiEventsOrigin }: SignInPagesOptions): Router {
  const pages = Router();
  // Where the person wanted to go before we asked who they are: a page of ours, or none.
  const readContinue = (value: unknown): string => parseReturnTo(value, tuvensUrl) ?? `${tuvensUrl}/`;

  // Whoever is signed in goes on to the next page.
  pages.get('/', allowFormsTo(hiEventsOrigin), async (req, res, next) => {
    const continueUrl = readContinue(req.query['continue']);
    if ((await findSignedIn(req, knex)) !== undefined) next();
    else res.render('tuvens-sign-in', { people: PEOPLE, email: '', isWrong: false, continueUrl });
  });

  pages.post('/sign-in', ownForm, allowFormsTo(hiEventsOrigin), async (req, res) => {
    const email = readField(req, 'email');
    const continueUrl = readContinue(readField(req, 'continue'));
    const user = await findByPassword(knex, email, readField(req, 'password'));
    if (user === undefined) {
      res.status(401).render('tuvens-sign-in', { people: PEOPLE, email, isWrong: true, continueUrl });
      return;
    }
    await signIn(req, { userId: user.id });
    res.redirect(303, continueUrl);
  });

  pages.post('/sign-out', ownForm, async (req, res) => {
    await signOut(req);
    res.redirect(303, '/');
  });

  // Revoked first: if that fails, the person is still signed in here, and can try again.
  pages.post('/sign-out-everywhere', ownForm, async (req, res) => {
    const { userId } = req.session;
    if (userId !== undefined) {
      await sessions.revokeAll({ userId });
      await signOutInEveryBrowser(knex, TUVENS_SESSIONS.table, userId);
      await signOut(req);
    }
    res.redirect(303, '/');
  });

  return pages;
}

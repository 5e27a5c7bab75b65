// The way that begins at Hi.Events: it sends the browser here to ask who it is, and we send it back with a token that
// is of use in that browser only.
import type { User } from '@cross-app/core';
import type { CrossAppIssuerOptions } from '@cross-app/express';
import type { JsonValue } from '@cross-app/protocol';
import type { Request, Response } from 'express';
import type { Knex } from 'knex';
import { CROSS_APP_PAGES } from './cross-app-pages.js';
import { findSignedIn } from './tuvens-sign-in.js';

/** What `/authorize` needs to know of Tuvens. */
export interface AuthorizeHostOptions {
  readonly knex: Knex;
  /** Where browsers reach Tuvens, such as `http://localhost:3000`. */
  readonly tuvensUrl: string;
  /** What goes along with the token, past the browser. */
  readonly payload: JsonValue;
  /** What members of an account may do. */
  readonly permissions: readonly string[];
}

export function authorizeBySession({
  knex,
  tuvensUrl,
  payload,
  permissions,
}: AuthorizeHostOptions): NonNullable<CrossAppIssuerOptions<User>['authorize']> {
  return {
    origin: tuvensUrl,
    // By the cookie of our own pages. No other call of the API takes it.
    currentUser: (req: Request) => findSignedIn(req, knex),
    showSignIn: (_req, res: Response, continueUrl) => {
      res.redirect(303, `/?continue=${encodeURIComponent(continueUrl)}`);
    },
    payload: () => payload,
    permissions: (_user, accountId) => (accountId === null ? [] : permissions),
    appNames: { 'hi-events': 'Hi.Events' },
    pages: CROSS_APP_PAGES,
  };
}

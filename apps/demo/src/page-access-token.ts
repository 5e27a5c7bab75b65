// For the script of Tuvens' page: it hands over through the API, as any front end of Tuvens would.
import { CrossAppError } from '@cross-app/core';
import { Router } from 'express';
import type { Knex } from 'knex';
import { makePageAccessToken } from './access-token.js';
import type { AccessTokenKey } from './access-token.js';
import { errorJson, notFound } from './error-replies.js';
import type { Log } from './error-replies.js';
import { ownForm } from './forms.js';
import { findSignedIn } from './tuvens-sign-in.js';

/** What the token is made with. */
export interface PageAccessTokenOptions {
  readonly knex: Knex;
  readonly key: AccessTokenKey;
  readonly log: Log;
}

export function pageAccessToken({ knex, key, log }: PageAccessTokenOptions): Router {
  const tokens = Router();
  tokens.post('/', ownForm, async (req, res) => {
    const user = await findSignedIn(req, knex);
    if (user === undefined) throw new CrossAppError('user_unauthenticated');
    res.json({ access_token: makePageAccessToken(key, user.id) });
  });
  tokens.use(notFound, errorJson(log));
  return tokens;
}

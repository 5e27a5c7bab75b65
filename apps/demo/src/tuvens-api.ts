import { User } from '@cross-app/core';
import type { AccountHooks, CrossAppSessions } from '@cross-app/core';
import { crossAppIssuer } from '@cross-app/express';
import type { CrossAppIssuerOptions } from '@cross-app/express';
import express, { Router } from 'express';
import createError from 'http-errors';
import { makeAccessToken, readAccessToken } from './access-token.js';
import type { AccessTokenKey } from './access-token.js';
import type { Database } from './database.js';
import { errorJson, notFound } from './error-replies.js';
import type { Log } from './error-replies.js';
import { readField } from './forms.js';
import { findByPassword } from './people.js';

const HEALTH_MS = 5_000;

/** What the API needs to know. */
export interface TuvensApiOptions extends Pick<Database, 'knex'> {
  /** Whether calls are limited, as the issuer does by default. */
  readonly rateLimits: boolean;
  /** By which Hi.Events proves itself. */
  readonly hiEventsSecret: string;
  /** Where people land there. */
  readonly landingUrl: string;
  /** Who may use which account, and what they may do there. */
  readonly accountHooks: AccountHooks;
  readonly accessTokenKey: AccessTokenKey;
  /** How browsers are answered that Hi.Events sends here to ask who they are. */
  readonly authorize: NonNullable<CrossAppIssuerOptions<User>['authorize']>;
  readonly log: Log;
}

/** Tuvens' HTTP API, for scripts and for apps that do not share its database. */
export function tuvensApi(options: TuvensApiOptions, sessions: CrossAppSessions): Router {
  const { knex, hiEventsSecret, landingUrl, rateLimits, accountHooks, accessTokenKey, authorize, log } =
    options;
  const api = Router();

  // Before everything that parses bodies: it reads them itself.
  api.use(
    '/cross-app',
    crossAppIssuer({
      sessions,
      apps: { 'hi-events': { secrets: [hiEventsSecret], redirectUris: [landingUrl] } },
      ...(rateLimits ? {} : { limits: false }),
      authenticate: async (req) => {
        const userId = readAccessToken(accessTokenKey, req.headers.authorization);
        return userId === undefined ? null : await User.query(knex).findById(userId);
      },
      ...accountHooks,
      authorize,
      // Whether calls can be answered is whether the table can be read.
      checkHealth: async () => {
        await knex.raw('SELECT FROM cross_app_sessions LIMIT 0').timeout(HEALTH_MS);
      },
      onError: ({ code }) => {
        log(`the API refused a call: ${code}`);
      },
    }),
  );

  api.post('/auth/login', express.json({ limit: '8kb' }), async (req, res) => {
    const user = await findByPassword(knex, readField(req, 'email'), readField(req, 'password'));
    if (user === undefined) throw createError(401, 'The e-mail address or the password is wrong.');
    res.json({ access_token: makeAccessToken(accessTokenKey, user.id) });
  });

  api.use(notFound, errorJson(log));
  return api;
}

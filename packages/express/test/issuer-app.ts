import express from 'express';
import type { Express, RequestHandler } from 'express';
import request from 'supertest';
import type { Test } from 'supertest';
import { crossAppIssuer } from '../src/index.js';
import type { CrossAppIssuerOptions } from '../src/index.js';
import { ACME, ADA, TARGET_APP } from './store.js';

export const SECRET = 'hi-events-secret-0123456789abcdef';
export const NEXT_SECRET = 'hi-events-next-secret-0123456789ab';
export const OTHER_APP = 'tickets';
export const OTHER_SECRET = 'tickets-secret-0123456789abcdefgh';
export const LANDING = 'https://hi.events/auth/cross-app';
export const SIGNED_IN = { Authorization: 'Bearer ada' };
export const GENERATE = '/api/cross-app/generate-session';
export const VALIDATE = '/api/cross-app/validate-session';
export const INSPECT = '/api/cross-app/inspect-session';
export const ACCOUNTS = '/api/cross-app/user-accounts';
export const PERMISSION = '/api/cross-app/validate-permission';
export const REVOKE = '/api/cross-app/revoke-session';
export const REVOKE_MANY = '/api/cross-app/revoke-sessions';
export const HEALTH = '/api/cross-app/health';
export const APP = { 'x-shared-secret': SECRET };

type Options = CrossAppIssuerOptions;

/** Options of a source app where Ada is signed in with `SIGNED_IN` and may use her account only. */
export function issuerOptions(sessions: Options['sessions'], changes: Partial<Options> = {}): Options {
  return {
    sessions,
    apps: {
      [TARGET_APP]: { secrets: [SECRET, NEXT_SECRET], redirectUris: [LANDING] },
      [OTHER_APP]: { secrets: [OTHER_SECRET] },
    },
    authenticate: (req) => (req.headers.authorization === SIGNED_IN.Authorization ? { id: ADA.id } : null),
    canUseAccount: (user, accountId) => user.id === ADA.id && accountId === ACME.id,
    listAccounts: (user) => (user.id === ADA.id ? [ACME] : []),
    hasPermission: ({ user, permission }) => user.id === ADA.id && permission === 'events:create',
    ...changes,
  };
}

/** A source app with the issuer, and the given middleware before it. */
export function createSourceApp(options: Options, ...before: RequestHandler[]): Express {
  const app = express();
  for (const handler of before) app.use(handler);
  return app.use('/api/cross-app', crossAppIssuer(options));
}

/** Calls `generate-session` as Ada. */
export function generate(app: Express, body: object = {}): Test {
  return request(app).post(GENERATE).set(SIGNED_IN).send(body);
}

/** Calls `validate-session` as the target app. */
export function validate(app: Express, body: object, secret = SECRET): Test {
  return request(app).post(VALIDATE).set('x-shared-secret', secret).send(body);
}

/** Calls `user-accounts` as the target app. */
export function listAccounts(app: Express, token: string): Test {
  return request(app).get(ACCOUNTS).set(APP).set('X-Session-Token', token);
}

/** Posts to any call of the issuer, as the target app unless told otherwise. */
export function post(
  app: Express,
  path: string,
  { body = {}, caller = APP }: { body?: unknown; caller?: Record<string, string> } = {},
): Test {
  return request(app).post(path).set(caller).type('json').send(JSON.stringify(body));
}

import type { Express } from 'express';
import request from 'supertest';
import type { Response, Test } from 'supertest';
import type { AuthorizeOptions, CrossAppIssuerOptions } from '../../../src/index.js';
import { createSourceApp, issuerOptions, LANDING } from '../../issuer-app.js';
import { ADA, TARGET_APP } from '../../store.js';

export const AUTHORIZE = '/api/cross-app/authorize';
export const ORIGIN = 'https://tuvens.com';
export const COOKIE = 'sid=ada';
export const LOGIN = 'https://tuvens.com/login';
// The pair of RFC 7636, appendix B.
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
/** What a target app asks with. */
export const ASKED = {
  client_id: TARGET_APP,
  redirect_uri: LANDING,
  state: 'the-state',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

type Changes = Partial<Omit<CrossAppIssuerOptions, 'authorize'>> & {
  readonly authorize?: Partial<AuthorizeOptions>;
};

/** Options of a source app where the cookie `COOKIE` is Ada's, and others are sent to `LOGIN`. */
export function authorizeOptions(
  sessions: CrossAppIssuerOptions['sessions'],
  { authorize, ...changes }: Changes = {},
): CrossAppIssuerOptions {
  const own: AuthorizeOptions = {
    origin: ORIGIN,
    currentUser: (req) => (req.headers.cookie === COOKIE ? ADA : null),
    showSignIn: (_req, res, continueUrl) => {
      res.writeHead(303, { Location: `${LOGIN}?continue=${encodeURIComponent(continueUrl)}` }).end();
    },
    ...authorize,
  };
  return { ...issuerOptions(sessions, changes), authorize: own };
}

/** A source app with {@link authorizeOptions}. */
export function createAuthorizingApp(
  sessions: CrossAppIssuerOptions['sessions'],
  changes: Changes = {},
): Express {
  return createSourceApp(authorizeOptions(sessions, changes));
}

/** What was asked, with changes; what is undefined is left out. */
export function asked(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const all: [string, string | undefined][] = Object.entries({ ...ASKED, ...changes });
  const sent = all.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(sent).toString();
}

/** Comes to `/authorize` with Ada's cookie, and with this query. */
export function visit(app: Express, query = asked()): Test {
  return request(app).get(`${AUTHORIZE}?${query}`).set('Cookie', COOKIE);
}

/** What the target app gets: the landing, and what was added to it. */
export function expectBack({ status, headers }: Response): {
  readonly landing: string;
  readonly token: string;
  readonly result: Readonly<Record<string, string>>;
} {
  const location = headers['location'] ?? '';
  expect({ status, location }).toEqual({ status: 303, location: expect.stringContaining('?') });
  const [landing = '', query = ''] = location.split('?', 2);
  const parameters = [...new URLSearchParams(query)];
  const result = Object.fromEntries(parameters);
  expect(Object.keys(result)).toHaveLength(parameters.length);
  return { landing, token: result['session_token'] ?? '', result };
}

/** Fails unless it is an error page here, with the status, and leads nowhere. */
export function expectErrorPage(reply: Response, status: number): void {
  expect({ status: reply.status, location: reply.headers['location'] }).toEqual({
    status,
    location: undefined,
  });
  expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(reply.text).not.toContain('handoff_');
}

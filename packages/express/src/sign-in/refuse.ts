import { randomBytes } from 'node:crypto';
import { parseToken } from '@cross-app/protocol';
import type { CrossAppError } from '@cross-app/protocol';
import type { ErrorPage, PageProblem } from '../pages/page.js';
import { problemOf } from '../pages/problem.js';
import { readQuery } from '../request.js';
import type { CrossAppRequest } from '../request.js';
import { HandoffDone } from './handoff-done.js';
import type { SignInSettings } from './options.js';

/** What a person reports, and an operator finds in the logs. */
export function makeErrorId(): string {
  return randomBytes(6).toString('hex');
}

/** The page for who was refused: what it was, as far as the request itself says it, and the one thing to do next. */
export function refusalPage(
  settings: SignInSettings,
  req: CrossAppRequest,
  { error, errorId }: { error: CrossAppError; errorId: string },
): ErrorPage {
  const query = readQuery(req);
  return {
    kind: 'error',
    problem: findProblem(error, sentToken(req, query)),
    code: error.publicCode,
    errorId,
    next: nextStep(settings, query),
  };
}

// A refusal must not tell which of its reasons it was. That a token is past its expiry is written in the token, and
// what this browser has done itself is no secret to it.
function findProblem(error: CrossAppError, token: string | null): PageProblem {
  if (error instanceof HandoffDone) return 'done';
  if (error.publicCode !== 'invalid_token') return problemOf(error.code);
  const expiresAt = parseToken(token)?.expiresAtSeconds ?? Infinity;
  return expiresAt * 1000 < Date.now() ? 'expired' : 'refused';
}

function sentToken(req: CrossAppRequest, query: URLSearchParams): string | null {
  const body: unknown = 'body' in req ? req.body : undefined;
  const isForm = typeof body === 'object' && body !== null && Object.hasOwn(body, 'session_token');
  const sent: unknown = isForm ? Reflect.get(body, 'session_token') : query.get('session_token');
  return typeof sent === 'string' ? sent : null;
}

// A flow of our own is begun again here; a new link comes from the app that made the old one.
function nextStep({ sources, landingUrl }: SignInSettings, query: URLSearchParams): ErrorPage['next'] {
  const asked = query.get('source');
  const source = sources.find(({ app }) => app === asked) ?? sources[0];
  const isFlow = query.has('state') && source.authorizeUrl !== undefined;
  return {
    app: source.name,
    url: isFlow ? `${landingUrl}/start?source=${encodeURIComponent(source.app)}` : source.restartUrl,
  };
}

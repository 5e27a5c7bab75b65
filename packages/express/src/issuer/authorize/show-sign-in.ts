import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { CrossAppError } from '@cross-app/protocol';
import { ownPath } from './own-path.js';
import { writeParameters } from './request.js';
import type { AuthorizationRequest, ReturnAddress } from './request.js';
import type { Answer, Visit } from './visit.js';

const ANSWER_MS = 5000;

/**
 * Lets the host show its login. Its template engine may still be at work when the hook returns.
 *
 * @throws CrossAppError `user_unauthenticated` when the host does not answer
 */
export async function showSignIn(
  visit: Visit,
  back: ReturnAddress,
  request: AuthorizationRequest,
): Promise<Answer> {
  const { req, res, issuer } = visit;
  const url = new URL(issuer.authorize.origin);
  url.pathname = ownPath(req);
  url.search = new URLSearchParams(writeParameters(back, request)).toString();

  // Not our other headers: with no-referrer, the login's own form would come from the origin "null".
  res.setHeader('Cache-Control', 'no-store');
  await issuer.authorize.hooks.showSignIn(req, res, url.href);
  if (await isAnswered(res)) return () => undefined;
  throw new CrossAppError('user_unauthenticated', {
    message: 'Nobody is signed in, and showSignIn has not answered.',
  });
}

async function isAnswered(res: ServerResponse): Promise<boolean> {
  if (!res.headersSent) {
    await finished(res, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
  }
  return res.headersSent || res.destroyed;
}

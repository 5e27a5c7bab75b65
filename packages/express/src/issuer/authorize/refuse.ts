import { randomUUID } from 'node:crypto';
import type { CrossAppError, CrossAppErrorCode } from '@cross-app/protocol';
import { problemOf } from '../../pages/problem.js';
import { sendPage } from '../../pages/send.js';
import { report } from '../report.js';
import { redirectTo, urlBack } from './send-back.js';
import type { AuthorizationError } from './send-back.js';
import type { Answer, Visit } from './visit.js';

const ERRORS: Partial<Record<CrossAppErrorCode, AuthorizationError>> = {
  account_forbidden: 'access_denied',
  user_unauthenticated: 'login_required',
  rate_limited: 'temporarily_unavailable',
  store_unavailable: 'temporarily_unavailable',
};

/**
 * The error as the target app gets it. Until its landing is known good, the browser stays here: to send it to an
 * address that anybody may have written would make this app's links a way to anywhere (RFC 6749, section 4.1.2.1).
 */
export function refuse(visit: Visit, error: CrossAppError): Answer {
  const { back } = visit;
  if (back === undefined) return showError(visit, error);
  report(visit.issuer, error, visit);
  return unlessAnswered(redirectTo(urlBack(back, { error: errorOf(visit, error) })));
}

function errorOf({ request }: Visit, { code }: CrossAppError): AuthorizationError {
  return ERRORS[code] ?? (request === undefined ? 'invalid_request' : 'server_error');
}

function showError({ issuer, req, name }: Visit, error: CrossAppError): Answer {
  const errorId = randomUUID();
  report(issuer, error, { name, req, errorId });
  const { publicCode, code, status, headers } = error;
  return unlessAnswered((res) => {
    for (const [header, value] of Object.entries(headers)) res.setHeader(header, value);
    const page = { kind: 'error', problem: problemOf(code), code: publicCode, errorId, next: null } as const;
    sendPage(res, issuer.authorize.pages, { page, status });
  });
}

// A hook that has begun to answer and failed after that leaves nothing to say.
function unlessAnswered(answer: Answer): Answer {
  return (res) => {
    if (!res.headersSent) answer(res);
    else if (!res.writableEnded) res.destroy();
  };
}

import type { ServerResponse } from 'node:http';
import type { CrossAppRequest } from '../request.js';
import type { CrossAppPage } from '../pages/page.js';
import { sendPage } from '../pages/send.js';
import type { SignInSettings } from './options.js';

/** What a browser is answered: where to go, or a page. */
export type Answer = { readonly location: string } | { readonly page: CrossAppPage; readonly status: number };

/** One request of a browser. */
export interface Visit {
  readonly settings: SignInSettings;
  readonly req: CrossAppRequest;
  readonly res: ServerResponse;
}

/** Sends it. */
export function sendAnswer(
  res: ServerResponse,
  { pages, returnOrigins }: SignInSettings,
  answer: Answer,
): void {
  if ('location' in answer) {
    sendRedirect(res, answer.location);
    return;
  }
  // With `no-referrer` a browser without Sec-Fetch-Site would send our own form with `Origin: null`.
  const referrerPolicy = 'form' in answer.page ? 'strict-origin' : 'no-referrer';
  sendPage(res, pages, { ...answer, referrerPolicy, formTargets: returnOrigins });
}

/**
 * Sends the browser elsewhere with 303, so that it GETs whatever it did before: 307 would post the token on. The body
 * is empty, for one that names the address would be a page of somebody else's making.
 */
export function sendRedirect(res: ServerResponse, location: string): void {
  res.statusCode = 303;
  const headers = {
    Location: location,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Content-Length': '0',
  };
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end();
}

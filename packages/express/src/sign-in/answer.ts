import type { ServerResponse } from 'node:http';
import type { CrossAppRequest } from '../request.js';
import type { CrossAppPage } from '../pages/page.js';
import { sendPage } from '../pages/send.js';
import { sendSeeOther } from '../see-other.js';
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
    sendSeeOther(res, answer.location);
    return;
  }
  // With `no-referrer` a browser without Sec-Fetch-Site would send our own form with `Origin: null`.
  const referrerPolicy = 'form' in answer.page ? 'strict-origin' : 'no-referrer';
  sendPage(res, pages, { ...answer, referrerPolicy, formTargets: returnOrigins });
}

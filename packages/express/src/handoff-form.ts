import type { ServerResponse } from 'node:http';
import { handoffForm, wrongOption } from '@cross-app/protocol';
import type { HandoffParameters } from '@cross-app/protocol';
import { refuseUnknownKeys } from './options.js';
import { resolvePages } from './pages/options.js';
import { sendPage } from './pages/send.js';
import type { PageOptions } from './pages/options.js';

/** What {@link sendHandoffForm} sends. */
export interface HandoffFormOptions extends HandoffParameters {
  /** The target app's landing, such as `https://hi.events/auth/cross-app`: https, or http on loopback. */
  readonly landingUrl: string;
  /** The target app by the name that people know, such as `Hi.Events`. */
  readonly target: string;
  /** How the page looks and what it says. */
  readonly pages?: PageOptions;
}

const KEYS = ['landingUrl', 'token', 'action', 'source', 'eventData', 'callbackUrl', 'target', 'pages'];

/**
 * Answers with a page that posts the token to the target app at once, by a script, or by its button where there is no
 * script. So the token is in no URL, history or `Referer` (OAuth 2.0 Form Post Response Mode).
 *
 * The page may post to the landing, and from there the browser may be sent on to any https address. It is never stored
 * and never framed. Its `Referrer-Policy` is `strict-origin`: by the origin the target app knows who sends the form.
 *
 * @throws TypeError before anything is sent, for what {@link handoffForm} refuses and an option that it does not know.
 * @example
 * app.post('/go/hi-events', async (req, res) => {
 *   const { token } = await sessions.issue({ userId: req.session.userId, targetApp: 'hi-events' });
 *   sendHandoffForm(res, { landingUrl: 'https://hi.events/auth/cross-app', token, target: 'Hi.Events' });
 * });
 */
export function sendHandoffForm(res: ServerResponse, options: HandoffFormOptions): void {
  refuseUnknownKeys('sendHandoffForm', options, KEYS);
  const { landingUrl, target, pages, ...parameters } = options;
  if (typeof target !== 'string' || target === '') {
    throw wrongOption("sendHandoffForm: target must be the target app's name, such as 'Hi.Events'", target);
  }
  const resolved = resolvePages('sendHandoffForm', pages);
  const { action, fields } = handoffForm(landingUrl, parameters);
  sendPage(res, resolved, {
    page: { kind: 'continue', target, form: { action, fields } },
    status: 200,
    // Chrome applies form-action to the redirects that follow too.
    formTargets: [new URL(action).origin, 'https:'],
    referrerPolicy: 'strict-origin',
  });
}

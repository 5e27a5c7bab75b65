import { readSessionToken } from '@cross-app/protocol';
import type { CallOptions } from '../call.js';
import { generateSession } from '../generate-session.js';
import { bearerProof } from '../user-proof.js';
import { launchFields } from './launch-form.js';
import type { LaunchRequest } from './launch-form.js';
import { callConfig, checkLauncherOptions } from './launcher-options.js';
import type { CheckedOptions, HandoffLauncherOptions } from './launcher-options.js';
import { findPage } from './page.js';
import type { Page, PageShow } from './page.js';
import { submitForm } from './submit-form.js';

/** Takes the person at the page to the target app, signed in. */
export interface HandoffLauncher {
  /**
   * Gets a token with the person's own access token, and leaves the page with it: same tab, in the body of a
   * POST. It resolves when the form was submitted.
   *
   * One click is one handoff, however often its handler runs: until a launch has failed, each further call
   * returns the same promise, and what it asks for does not count. A launch is over when it has failed, when
   * its signal aborted, and when the page is shown again from the back/forward cache; under way at that
   * moment, it rejects with an `AbortError`.
   *
   * Rejects with a `CrossAppError`, or with the reason of the signal of the first call. Codes:
   * `invalid_argument`, `payload_too_large`, `user_unauthenticated`, `client_unauthenticated`,
   * `account_forbidden`, `rate_limited` (`headers['Retry-After']` has the seconds), `store_unavailable`.
   */
  readonly launch: (request?: LaunchRequest, options?: CallOptions) => Promise<void>;
}

/**
 * Makes what a button of a page needs to hand a person over, without any secret. Make one for each button and
 * keep it: it is what knows that a launch is under way. The token is in no URL, in no storage and on no
 * global, and in the document only while the form is submitted.
 *
 * A Content-Security-Policy has to name the issuer in `connect-src` and the landing in `form-action`. The page must not
 * be sent with `Referrer-Policy: no-referrer`: browsers then post with `Origin: null`, which `crossAppSignIn` refuses.
 *
 * @throws TypeError for an option that is missing, unknown or not of the documented form.
 * @example
 * const launcher = createHandoffLauncher({
 *   issuerUrl: '/api/cross-app',
 *   accessToken: () => auth.accessToken(),
 *   landingUrl: 'https://hi.events/auth/cross-app',
 *   targetApp: 'hi-events',
 * });
 * button.addEventListener('click', () => {
 *   launcher.launch({ accountId, action: 'create-event' }).catch(showToast);
 * });
 */
export function createHandoffLauncher(options: HandoffLauncherOptions): HandoffLauncher {
  const checked = checkLauncherOptions(options);
  let current: { readonly done: Promise<void>; readonly over: AbortSignal } | undefined;

  const launch = (request: LaunchRequest = {}, { signal }: CallOptions = {}): Promise<void> => {
    if (current?.over.aborted === false) return current.done;
    const ending = new AbortController();
    const done = untilOver(ending, signal, (page) => handOver({ ...checked, page }, request, ending.signal));
    current = { done, over: ending.signal };
    return done;
  };
  return Object.freeze({ launch });
}

// A launch that ends well is not over: its page is about to go, and must not start another one meanwhile.
async function untilOver(
  ending: AbortController,
  signal: AbortSignal | undefined,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const follow = (): void => {
    ending.abort(signal?.reason);
  };
  signal?.addEventListener('abort', follow);
  try {
    signal?.throwIfAborted();
    const page = findPage();
    if (page === undefined) throw new TypeError('launch needs a page: call it in the browser');
    endWhenShownAgain(page, ending);
    await work(page);
  } catch (error) {
    ending.abort();
    throw error;
  } finally {
    signal?.removeEventListener('abort', follow);
  }
}

// Also for one that is under way: whoever went elsewhere and came back must not be taken along all at once.
function endWhenShownAgain(page: Page, ending: AbortController): void {
  const shown = ({ persisted }: PageShow): void => {
    if (persisted) ending.abort();
  };
  page.addEventListener('pageshow', shown);
  ending.signal.addEventListener('abort', () => {
    page.removeEventListener('pageshow', shown);
  });
}

async function handOver(
  options: CheckedOptions & { readonly page: Page },
  request: LaunchRequest,
  signal: AbortSignal,
): Promise<void> {
  const { page, landingUrl, checkLanding, targetApp, accessToken } = options;
  const { accountId, payload } = request;
  const fields = launchFields(request);
  // What the form sends the person to is what was checked.
  const landing = new URL(landingUrl).href;
  const redirectUri = checkLanding ? landing : undefined;
  const terms = { accountId, targetApp, redirectUri, payload };
  const handoff = { prove: bearerProof(accessToken), terms, read: readSessionToken };
  const token = await generateSession(callConfig(options), handoff, { signal });
  signal.throwIfAborted();
  submitForm(page, landing, { session_token: token, ...fields });
}

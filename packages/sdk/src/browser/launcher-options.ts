import { isAppId, isSecureUrl } from '@cross-app/protocol';
import { DEFAULT_LIMITS, withoutSlash } from '../call.js';
import type { CallConfig } from '../call.js';
import type { Fetch } from '../request.js';
import { findPage } from './page.js';

/** Where a page gets its handoffs, and where it goes with them. */
export interface HandoffLauncherOptions {
  /**
   * Where the issuer is mounted: a path of the page's own origin such as `/api/cross-app`, or an https URL
   * (http on loopback only), without credentials, query and fragment. Another origin has to allow the page
   * by CORS, `Retry-After` included.
   */
  readonly issuerUrl: string;
  /**
   * Gives the access token of the person at the page, as a bearer token (RFC 6750) without the word
   * `Bearer`. Asked once for each launch, within its time. What it throws is what `launch` rejects with.
   */
  readonly accessToken: () => string | Promise<string>;
  /** The target app's landing, such as `https://hi.events/auth/cross-app`: https, or http on loopback. */
  readonly landingUrl: string;
  /** The id of the target app, 1 to 50 printable characters: only that app can redeem the token. */
  readonly targetApp: string;
  /**
   * True has the issuer check that `landingUrl` is registered for the target app, character by character as
   * `new URL(landingUrl).href`: otherwise `launch` rejects with `invalid_argument`. An older issuer does not look.
   * Default false, since an issuer may have none registered.
   */
  readonly checkLanding?: boolean | undefined;
  /** Sends the requests. Default the page's `fetch`. It must honour `redirect: 'manual'`. */
  readonly fetch?: Fetch | undefined;
  /** Time to get a token, with all tries, in milliseconds: 1 to 600,000. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** The options with their defaults. */
export type CheckedOptions = HandoffLauncherOptions & {
  readonly checkLanding: boolean;
  readonly timeoutMs: number;
};

/**
 * A copy, so that nobody can turn the launcher elsewhere later.
 *
 * @throws TypeError that says which option to write, and how. It never repeats a value.
 */
export function checkLauncherOptions(options: HandoffLauncherOptions): CheckedOptions {
  const { issuerUrl, accessToken, landingUrl, targetApp, ...more } = options;
  const { checkLanding = false, fetch, timeoutMs = DEFAULT_LIMITS.timeoutMs, ...unknown } = more;
  for (const name of Object.keys(unknown)) demand(false, `there is no option ${JSON.stringify(name)}`);
  demand(
    typeof issuerUrl === 'string' && isSecureUrl(absolute(issuerUrl)) && !/[?#]/.test(issuerUrl),
    'issuerUrl must be an https URL (http on loopback only) without credentials, query and fragment, ' +
      'or a path such as /api/cross-app on a page from there',
  );
  demand(typeof accessToken === 'function', 'accessToken must be a function that gives the bearer token');
  demand(
    isSecureUrl(landingUrl),
    'landingUrl must be an https URL (http on loopback only) without credentials, ' +
      'such as https://hi.events/auth/cross-app',
  );
  demand(isAppId(targetApp), 'targetApp must be 1 to 50 printable ASCII characters without blanks');
  demand(fetch === undefined || typeof fetch === 'function', 'fetch must be a function');
  demand(
    Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 600_000,
    'timeoutMs must be a whole number from 1 to 600000',
  );
  return { ...options, checkLanding, timeoutMs };
}

/** How the issuer is called from the page that this runs in. */
export function callConfig(options: CheckedOptions): CallConfig {
  const { issuerUrl, timeoutMs, fetch = globalThis.fetch } = options;
  return { ...DEFAULT_LIMITS, timeoutMs, fetch, baseUrl: withoutSlash(absolute(issuerUrl)) };
}

function absolute(issuerUrl: string): string {
  if (!issuerUrl.startsWith('/')) return issuerUrl;
  // A launcher may be made while a server renders the page: then the origin is not known yet.
  return (findPage()?.location.origin ?? 'https://localhost') + issuerUrl;
}

function demand(isMet: boolean, what: string): void {
  if (!isMet) throw new TypeError(`createHandoffLauncher: ${what}`);
}

import type { ServerResponse } from 'node:http';
import { isOrigin, MAX_TTL_SECONDS, mistake, wrongOption } from '@cross-app/protocol';
import type { JsonValue } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import { resolvePages } from '../../pages/options.js';
import type { PageOptions, Pages } from '../../pages/options.js';
import type { CrossAppRequest } from '../../request.js';
import type { IssuerUser } from '../user.js';

/**
 * Options of `GET /authorize`, to which a target app sends the browser, and which sends it back with a token that only
 * this browser can use.
 *
 * The token is issued for a cookie and on a GET, which any page can cause. That is safe, since nobody but the target
 * app that asked gains by it: the token goes only to a `redirectUri` that is registered for that app, it is bound to
 * the `code_challenge` of the browser that began there, it lives a minute, and nothing is issued into a frame, to a
 * prefetch or to HEAD. A page that sends somebody here with a challenge of its own makes a token that the target app
 * refuses in that browser.
 */
export interface AuthorizeOptions<User extends IssuerUser = IssuerUser> {
  /**
   * This app's own origin as browsers see it, such as `https://tuvens.com`: https, or http on loopback. It goes along as
   * `iss` (RFC 9207), and the way back from the login leads there. No header of a request decides it.
   */
  readonly origin: string;
  /**
   * Who is signed in by this app's own session cookie, or null. The cookie must be `SameSite=Lax` or `None`: `Strict`
   * ones do not come along from another site, so that everybody would be asked to log in again. Do not
   * make it `authenticate` too: with a cookie, `generate-session` would be open to CSRF.
   */
  currentUser(req: CrossAppRequest): Promise<User | null | undefined> | User | null | undefined;
  /**
   * Answers the request with this app's login, when nobody is signed in, and has the login lead to `continueUrl`
   * afterwards: an absolute URL of `origin`, which may have some thousands of characters. It must have answered 5 seconds
   * after it has returned or resolved: otherwise the browser goes back to the target app with `login_required`. A
   * Content-Security-Policy of the login has to name the target app in `form-action`: Chromium holds the redirects after
   * its form to it.
   *
   * @example
   * showSignIn: (req, res, continueUrl) => {
   *   res.writeHead(303, { Location: `/login?continue=${encodeURIComponent(continueUrl)}` }).end();
   * };
   */
  showSignIn(req: CrossAppRequest, res: ServerResponse, continueUrl: string): Promise<void> | void;
  /** What goes along with the token, past the browser: JSON of up to 8,192 bytes. Default nothing. */
  payload?(user: User & IssuerUser, req: CrossAppRequest): Promise<JsonValue> | JsonValue;
  /**
   * What the person may do at the target app for this account, or for none (null): up to 100 names of up to 100
   * characters. Default nothing.
   */
  permissions?(
    user: User & IssuerUser,
    accountId: string | null,
  ): Promise<readonly string[]> | readonly string[];
  /** Life of a token in whole seconds, 1 to 900. Default 60, enough for a redirect, whatever that of `sessions` is. */
  readonly ttlSeconds?: number;
  /** How the pages of `/authorize` look and what they say. */
  readonly pages?: PageOptions;
  /** Names of target apps that people know, by their ids, such as `{ 'hi-events': 'Hi.Events' }`. Default the ids. */
  readonly appNames?: Readonly<Record<string, string>>;
}

/** The options, checked, with the defaults filled in. */
export interface AuthorizeSettings {
  readonly hooks: Pick<AuthorizeOptions, 'currentUser' | 'showSignIn' | 'payload' | 'permissions'>;
  readonly origin: string;
  readonly ttlSeconds: number;
  readonly pages: Pages;
  readonly appNames: ReadonlyMap<string, string>;
}

const OF = 'crossAppIssuer: authorize';
const DEFAULT_TTL_SECONDS = 60;
const KEYS = [
  'origin',
  'currentUser',
  'showSignIn',
  'payload',
  'permissions',
  'ttlSeconds',
  'pages',
  'appNames',
];

/** @throws TypeError that says what to write. */
export function resolveAuthorize<User extends IssuerUser>(
  options: AuthorizeOptions<User>,
): AuthorizeSettings {
  refuseUnknownKeys(OF, options, KEYS);
  const { origin, ttlSeconds = DEFAULT_TTL_SECONDS } = options;
  if (!isOrigin(origin)) {
    throw wrongOption(
      `${OF}.origin must be this app's own origin, such as 'https://tuvens.com': https (http on loopback only), no path, no slash at the end`,
      origin,
    );
  }
  requireHooks(options);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
    throw wrongOption(
      `${OF}.ttlSeconds must be a whole number of seconds, 1 to ${MAX_TTL_SECONDS}`,
      ttlSeconds,
    );
  }
  return {
    hooks: options,
    origin,
    ttlSeconds,
    pages: resolvePages(`${OF}.pages`, options.pages),
    appNames: readNames(options.appNames),
  };
}

function requireHooks<User extends IssuerUser>({
  currentUser,
  showSignIn,
  payload,
  permissions,
}: Partial<AuthorizeOptions<User>>): void {
  const hooks = {
    'currentUser must be a function (req) => the user of the session cookie, or null': currentUser,
    'showSignIn must be a function (req, res, continueUrl) => { answer with the login }': showSignIn,
    'payload must be a function (user, req) => JSON': payload ?? (() => null),
    'permissions must be a function (user, accountId) => names': permissions ?? (() => []),
  };
  const [wrong] = Object.entries(hooks).find(([, hook]) => typeof hook !== 'function') ?? [];
  if (wrong !== undefined) throw mistake(`${OF}.${wrong}`);
}

function readNames(names: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  const isObject = typeof names === 'object' && (names as unknown) !== null;
  if (!isObject || Object.values(names).some((name) => typeof name !== 'string' || name === '')) {
    throw wrongOption(
      `${OF}.appNames must be names by the ids of apps, such as { 'hi-events': 'Hi.Events' }`,
      names,
    );
  }
  return new Map(Object.entries(names));
}

import { isAppId, isRedirectUri, wrongOption } from '@cross-app/protocol';
import { requireOrigins } from '../cors.js';
import { checkLimits } from '../limits/limits.js';
import type { IssuerLimits } from '../limits/limits.js';

/** The limits that an app may have of its own: those of the calls that apps make. */
export type AppLimits = Pick<IssuerLimits, 'validatePerMinute' | 'accountsPerMinute' | 'permissionPerMinute'>;

/** What is said of an app beside its secrets. */
export interface AppRulesInput {
  /**
   * Where handoffs to this app may land. A `redirect_uri` of `generate-session` must be one of them, character
   * by character (RFC 9700, section 2.1). Each as a browser writes it: https, or http on loopback, no
   * credentials, no fragment, no wildcard, up to 2,000 characters. Default none, so that naming one is refused.
   */
  readonly redirectUris?: readonly string[];
  /** Pages of this app that may call, beside the issuer's `origins` and of the same form. Default none. */
  readonly origins?: readonly string[];
  /**
   * The apps that this app may hand people over to. It counts in the entry of the app whose issuer this is:
   * see the option `appId`. Default every app but itself.
   */
  readonly targets?: readonly string[];
  /** Its own limits, instead of the issuer's. With `limits: false` of the issuer there are none. */
  readonly limits?: AppLimits;
}

/** What one app may do, checked. */
export interface AppRules {
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
  /** Undefined for every app but itself. */
  readonly targets: readonly string[] | undefined;
  readonly limits: AppLimits;
}

/**
 * Checks what one app may do; the app is called `name` in messages. What is given is copied.
 *
 * @throws TypeError that says what to write.
 */
export function readRules(name: string, app: AppRulesInput): AppRules {
  const { redirectUris = [], origins = [], targets, limits = {} } = app;
  requireEach(`${name}.redirectUris`, redirectUris, REDIRECT_URI);
  requireOrigins(`${name}.origins`, origins);
  if (targets !== undefined) requireEach(`${name}.targets`, targets, TARGET);
  checkLimits(`${name}.limits`, limits, ['validate', 'accounts', 'permission']);
  return {
    redirectUris: [...redirectUris],
    origins: [...origins],
    targets: targets && [...targets],
    limits: { ...limits },
  };
}

/** What each entry of a list must be, for the machine and for whoever got it wrong. */
interface Rule {
  readonly isMet: (value: unknown) => boolean;
  readonly words: string;
}

const REDIRECT_URI: Rule = {
  isMet: isRedirectUri,
  words:
    "a URL as a browser writes it, such as 'https://hi.events/auth/cross-app': https (http on loopback only), no credentials, no fragment, no wildcard, up to 2000 characters",
};
const TARGET: Rule = { isMet: isAppId, words: "an app's id, such as 'hi-events'" };

function requireEach(name: string, values: unknown, { isMet, words }: Rule): void {
  if (!Array.isArray(values)) throw wrongOption(`${name} must be a list, each ${words}`, values);
  const index = values.findIndex((value) => !isMet(value));
  if (index >= 0) throw wrongOption(`${name}[${index}] must be ${words}`, values[index]);
}

import { isAppId, isSecureUrl } from '@cross-app/protocol';
import type { IssuerApp } from './apps.js';
import { requireOrigins } from './cors.js';
import { checkLimits } from './limits.js';
import type { IssuerLimits } from './limits.js';

/** The limits that an app may have of its own: those of the calls that apps make. */
export type AppLimits = Pick<IssuerLimits, 'validatePerMinute' | 'accountsPerMinute' | 'permissionPerMinute'>;

/** What one app may do, checked. */
export interface AppRules {
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
  /** Undefined for every app but itself. */
  readonly targets: readonly string[] | undefined;
  readonly limits: AppLimits;
}

const MAX_LENGTH = 2000;

/**
 * Checks what one app may do; the app is called `name` in messages. What is given is copied.
 *
 * @throws TypeError that says what to write.
 */
export function readRules(name: string, app: IssuerApp): AppRules {
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
  if (!Array.isArray(values)) throw new TypeError(`${name} must be a list, each ${words}`);
  const index = values.findIndex((value) => !isMet(value));
  if (index >= 0) throw new TypeError(`${name}[${index}] must be ${words}`);
}

// Only the form in which a form's action leaves the browser can ever be equal to one. A `*` would match
// nothing but itself, unlike what whoever wrote it expects.
function isRedirectUri(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || /[#*]/.test(value)) return false;
  return isSecureUrl(value) && new URL(value).href === value;
}

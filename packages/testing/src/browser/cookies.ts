import { Cookie, CookieJar } from 'tough-cookie';
import type { Names } from './names.js';
import { isSameSite } from './site.js';

/** In which situation a request is sent, as far as cookies are concerned. */
export interface CookieContext {
  /** The page that began it; null for an address that was typed. */
  readonly initiator: URL | null;
  /** Whether it fills the tab, and no frame or image in it. */
  readonly isTopLevel: boolean;
  readonly method: string;
}

/**
 * A cookie jar with Chromium's rules on top of RFC 6265bis: which site began the request decides. A cookie without
 * `SameSite` goes along with a post from another site too, as it does in the first two minutes of its life in Chromium,
 * and for ever in Firefox and Safari.
 */
export class Cookies {
  readonly #jar = new CookieJar(undefined, { prefixSecurity: 'strict' });
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** The `Cookie` header, or undefined for none. */
  async header(url: URL, context: CookieContext): Promise<string | undefined> {
    const found = await this.#jar.getCookies(this.#asUrl(url));
    const sent = found.filter((cookie) => isSent(cookie, url, context)).map((each) => each.cookieString());
    return sent.length === 0 ? undefined : sent.join('; ');
  }

  /** Takes in the `Set-Cookie` headers of a reply; the names of those that were accepted. */
  async store(url: URL, lines: readonly string[], context: CookieContext): Promise<string[]> {
    const accepted: string[] = [];
    for (const line of lines) {
      const cookie = Cookie.parse(line);
      if (cookie === undefined || !this.#mayBeSet(cookie, url, context)) continue;
      const stored = await this.#jar.setCookie(cookie, this.#asUrl(url), { ignoreError: true });
      if (stored !== undefined) accepted.push(cookie.key);
    }
    return accepted;
  }

  /** Name and value of each cookie that this URL's host would be sent. */
  async of(url: URL): Promise<Readonly<Record<string, string>>> {
    const found = await this.#jar.getCookies(this.#asUrl(url));
    return Object.fromEntries(found.map(({ key, value }) => [key, value]));
  }

  #mayBeSet(cookie: Cookie, url: URL, { initiator, isTopLevel }: CookieContext): boolean {
    // Chromium takes Secure from http on loopback, but neither prefix.
    if (/^__(?:Host|Secure)-/i.test(cookie.key) && !this.#names.isSecure(url)) return false;
    if (cookie.secure && !this.#names.isTrustworthy(url)) return false;
    const isOwn = isTopLevel || initiator === null || isSameSite(initiator, url);
    return isOwn || (cookie.sameSite === 'none' && cookie.secure);
  }

  #asUrl(url: URL): string {
    return this.#names.isSecure(url) ? `https://${url.hostname}${url.pathname}` : url.href;
  }
}

function isSent(cookie: Cookie, url: URL, { initiator, isTopLevel, method }: CookieContext): boolean {
  if (initiator === null || isSameSite(initiator, url)) return true;
  switch (cookie.sameSite) {
    case 'strict':
      return false;
    case 'lax':
      return isTopLevel && /^(?:GET|HEAD)$/.test(method);
    case 'none':
      return cookie.secure;
    case undefined:
    default:
      return isTopLevel;
  }
}

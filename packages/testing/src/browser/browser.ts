import { Cookies } from './cookies.js';
import { createNames } from './names.js';
import type { Resolve } from './names.js';
import type { SentRequest } from './page.js';
import { findStolen } from './steal.js';
import type { Stolen } from './steal.js';
import { BrowserTab } from './tab.js';
import type { Tab } from './tab.js';

/** Options of {@link createBrowser}. */
export interface BrowserOptions {
  /**
   * The server that plays each origin, such as `{ 'https://hi.events': 'http://127.0.0.1:4000' }`. Plain http may play
   * https: the server is told so by `X-Forwarded-Proto`, as a proxy in front of it would. Names below `localhost` and
   * loopback addresses need no entry; any other origin is unreachable, and nothing leaves the machine.
   */
  readonly resolve?: Resolve | undefined;
  /** Submits at once the form that a page's script would, if its CSP allows the script. Default false. */
  readonly withScripts?: boolean | undefined;
  /** Default Chromium's. */
  readonly userAgent?: string | undefined;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A browser with its first tab. */
export interface Browser extends Tab {
  /** Another tab with the same cookies. */
  tab(): Tab;
  /** Every request so far, of all tabs. */
  readonly requests: readonly SentRequest[];
  /** Name and value of the cookies that a page of this URL has. */
  cookies(url: string): Promise<Readonly<Record<string, string>>>;
  /** What somebody reads over the shoulder, in a log or a history: the last token, and the URL if it was in one. */
  steal(): Stolen | null;
}

const CHROMIUM =
  'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';

/**
 * A browser as far as a sign-in is concerned: cookies with the rules of `SameSite`, `Secure` and `__Host-`, redirects,
 * forms, history, and the headers that Chromium sends with them. It runs no scripts.
 *
 * @throws TypeError for a `resolve` that is not made of origins.
 * @example
 * const browser = createBrowser({ resolve: { 'https://hi.events': 'http://127.0.0.1:4000' } });
 * const page = await browser.open('https://hi.events/auth/cross-app/start');
 * await browser.submit();
 */
export function createBrowser(options: BrowserOptions = {}): Browser {
  const { resolve = {}, withScripts = false, userAgent = CHROMIUM, headers = {} } = options;
  const names = createNames(resolve);
  const requests: SentRequest[] = [];
  const cookies = new Cookies(names);
  const engine = { names, cookies, userAgent, headers, log: requests };
  const newTab = (): Tab => new BrowserTab(engine, withScripts);
  const first = newTab();
  return {
    get page() {
      return first.page;
    },
    open: (url, visit) => first.open(url, visit),
    follow: (href, visit) => first.follow(href, visit),
    submit: (form, changes) => first.submit(form, changes),
    reload: () => first.reload(),
    back: () => first.back(),
    goOn: () => first.goOn(),
    show: (url, html, replyHeaders) => first.show(url, html, replyHeaders),
    tab: newTab,
    requests,
    cookies: (url) => cookies.of(new URL(url)),
    steal: () => findStolen(requests),
  };
}

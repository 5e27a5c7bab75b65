import { originOf, referrerOf } from './referrer.js';
import type { ReferrerPolicy } from './referrer.js';
import { fetchSite } from './site.js';

/** What kind of request it is, as `Sec-Fetch-Dest` says. */
export type Destination = 'document' | 'iframe' | 'image' | 'empty';

/** One hop of a navigation. */
export interface Hop {
  readonly method: string;
  /** All URLs so far; the last one is asked for now. */
  readonly urls: readonly URL[];
  readonly initiator: URL | null;
  readonly referrerPolicy: ReferrerPolicy;
  readonly destination: Destination;
  /** Whether a person did it, and no script. */
  readonly byUser: boolean;
  readonly isTrustworthy: boolean;
  readonly hasBody: boolean;
}

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

/** The headers that Chromium sends, without `Cookie` and `User-Agent`. */
export function navigationHeaders(hop: Hop): Record<string, string> {
  return {
    accept: hop.destination === 'image' ? 'image/avif,image/webp,image/*,*/*;q=0.8' : ACCEPT,
    'accept-language': 'en-US,en;q=0.9',
    ...(isNavigation(hop) ? { 'upgrade-insecure-requests': '1' } : {}),
    ...(hop.hasBody ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    ...originAndReferrer(hop),
    ...(hop.isTrustworthy ? fetchMetadata(hop) : {}),
  };
}

function isNavigation({ destination }: Hop): boolean {
  return destination === 'document' || destination === 'iframe';
}

function fetchMetadata(hop: Hop): Record<string, string> {
  return {
    'sec-fetch-site': fetchSite(hop.initiator, hop.urls),
    'sec-fetch-mode': isNavigation(hop) ? 'navigate' : 'no-cors',
    ...(isNavigation(hop) && hop.byUser ? { 'sec-fetch-user': '?1' } : {}),
    'sec-fetch-dest': hop.destination,
  };
}

function originAndReferrer({ method, urls, initiator, referrerPolicy }: Hop): Record<string, string> {
  const isWrite = method !== 'GET' && method !== 'HEAD';
  const to = urls.at(-1);
  if (initiator === null || to === undefined) return isWrite ? { origin: 'null' } : {};
  const referer = referrerOf(initiator, to, referrerPolicy);
  const origin = isTainted(initiator, urls) ? 'null' : originOf(initiator, to, referrerPolicy);
  return { ...(isWrite ? { origin } : {}), ...(referer === undefined ? {} : { referer }) };
}

/** Whether it went through another origin that sent it elsewhere (Fetch, "redirect-tainted origin"). */
function isTainted(initiator: URL, urls: readonly URL[]): boolean {
  return urls.some((url, index) => {
    const before = urls[index - 1];
    return before !== undefined && before.origin !== url.origin && before.origin !== initiator.origin;
  });
}

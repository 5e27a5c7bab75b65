import { getPublicSuffix } from 'tough-cookie';

/** What `Sec-Fetch-Site` says. */
export type FetchSite = 'none' | 'same-origin' | 'same-site' | 'cross-site';

/** Whether both are one site: scheme and registrable domain, whatever the port (HTML, "schemefully same site"). */
export function isSameSite(one: URL, other: URL): boolean {
  return one.protocol === other.protocol && siteOf(one) === siteOf(other);
}

/**
 * How all URLs of a navigation, redirects included, relate to the page that began it: the worst of them counts (Fetch
 * Metadata, section 2.3).
 *
 * @param initiator null for an address that was typed.
 */
export function fetchSite(initiator: URL | null, urls: readonly URL[]): FetchSite {
  if (initiator === null) return 'none';
  if (urls.every((url) => url.origin === initiator.origin)) return 'same-origin';
  return urls.every((url) => isSameSite(url, initiator)) ? 'same-site' : 'cross-site';
}

function siteOf({ hostname }: URL): string {
  // An address, and a name without a registrable domain, is a site of its own.
  const isAddress = /^\[|^\d+(?:\.\d+){3}$/.test(hostname);
  if (isAddress) return hostname;
  return getPublicSuffix(hostname, { allowSpecialUseDomain: true, ignoreError: true }) ?? hostname;
}

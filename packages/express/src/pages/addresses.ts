import { wrongOption } from '@cross-app/protocol';

const HERE = 'http://here.invalid';

/**
 * Where a link or a form of a page may lead: an absolute http or https address, or a path of this host. Gives it as
 * browsers read it, so that nothing in it can still mean another host.
 *
 * @throws TypeError for everything else, `javascript:` and `//host` included.
 */
export function pageAddress(of: string, value: string): string {
  const url = URL.canParse(value, HERE) ? new URL(value, HERE) : null;
  if (url?.username === '' && url.password === '') {
    // `https:host` and `//host` are addresses too, but nobody writes them on purpose.
    if (/^https?:\/\/[^/\\]/i.test(value)) return url.href;
    const path = url.href.slice(HERE.length);
    // Browsers read `/\host` and `/<tab>/host` as `//host`, and `/.//host` has that as its path.
    if (value.startsWith('/') && url.origin === HERE && !path.startsWith('//')) return path;
  }
  throw wrongOption(`${of} must be an http(s) address or a path that begins with one slash`, value);
}

/** The origin of an absolute address; null for a path. */
export function originOf(address: string): string | null {
  return address.startsWith('/') ? null : new URL(address).origin;
}

/** Refuses what is neither an origin as browsers write it nor `https:` for all of them: it goes into a header. */
export function requireFormTarget(of: string, value: string): string {
  if (value === 'https:') return value;
  if (URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value) return value;
  throw wrongOption(`${of} takes origins such as https://hi.events, or https:`, value);
}

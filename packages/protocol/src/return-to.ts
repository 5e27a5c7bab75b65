const MAX_LENGTH = 2048;

// Printable ASCII without blanks. A backslash is a slash to browsers, and is refused wherever it is.
const ALLOWED = /^[!-[\]-~]+$/;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
// Encoded `/`, `%` and `\`, and encoded controls: whoever decodes once more than we do sees another path.
const DECEPTIVE_ESCAPE = /%(?:2f|25|5c|[01][0-9a-f]|7f)/i;
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?=\/|$)/i;

/**
 * Where a browser may be sent after its sign-in, as the absolute URL for `Location`, or undefined for what is
 * refused: anything but a path of `origin`, or a URL of it or of one of `otherOrigins`, each compared exactly.
 *
 * The text is 1 to 2,048 printable ASCII characters. A backslash, `//` at the beginning, a dot segment, a broken
 * escape, and an encoded slash, backslash, percent sign or control in the path are refused, since parsers
 * disagree about them. It is parsed once, and what was parsed is what is given back: a path alone
 * (`/.//evil.example`) may mean another host once it is taken for a URL again.
 *
 * @param origin as `URL.origin` writes it, such as `https://hi.events`.
 * @example
 * parseReturnTo('/events?id=5', 'https://hi.events'); // 'https://hi.events/events?id=5'
 * parseReturnTo('//evil.example', 'https://hi.events'); // undefined
 */
export function parseReturnTo(
  value: unknown,
  origin: string,
  otherOrigins: readonly string[] = [],
): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !ALLOWED.test(value)) return undefined;
  const allowed = [origin, ...otherOrigins].find((each) => isBelow(each, value));
  if (allowed === undefined && !value.startsWith('/')) return undefined;

  const base = allowed ?? origin;
  const path = allowed === undefined ? value : value.slice(allowed.length);
  if (!isPlainPath(path)) return undefined;
  return hrefWithin(base, base + path);
}

// `https://hi.events.evil.example` begins with `https://hi.events` too.
function isBelow(origin: string, value: string): boolean {
  return value.startsWith(origin) && /^(?:$|[/?#])/.test(value.slice(origin.length));
}

function isPlainPath(pathAndMore: string): boolean {
  const [path = ''] = pathAndMore.split(/[?#]/, 1);
  if (BROKEN_ESCAPE.test(pathAndMore) || !isDecodable(path)) return false;
  return !path.startsWith('//') && !DECEPTIVE_ESCAPE.test(path) && !DOT_SEGMENT.test(path);
}

// Escapes that are no UTF-8 are broken too.
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function hrefWithin(origin: string, text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const isWithin =
    url.origin === origin && url.username === '' && url.password === '' && !url.pathname.startsWith('//');
  return isWithin ? url.href : undefined;
}

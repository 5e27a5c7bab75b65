/** Where an origin is played. */
export interface PlayedOrigin {
  /** The server that answers for it, such as `http://127.0.0.1:4000`. */
  readonly to: string;
  /** Treats an http origin as https where cookies and `Sec-Fetch-*` need that. Default false. */
  readonly trustworthy?: boolean | undefined;
}

/** Origins as browsers see them, such as `https://hi.events`, and the server that plays each. */
export type Resolve = Readonly<Record<string, string | PlayedOrigin>>;

/** Finds the server behind a URL. */
export interface Names {
  /** The origin to connect to, or undefined: the name leads nowhere, and no request ever leaves the machine. */
  addressOf(url: URL): string | undefined;
  /** Whether cookies that need https are stored and sent. */
  isSecure(url: URL): boolean;
  /** Whether `Sec-Fetch-*` is sent: https, and http on loopback (W3C Secure Contexts, section 3.1). */
  isTrustworthy(url: URL): boolean;
}

/** @throws TypeError for a key or a server that is no origin. */
export function createNames(resolve: Resolve): Names {
  const played = new Map(Object.entries(resolve).map(([origin, to]) => [readOrigin(origin), read(to)]));
  const isSecure = (url: URL): boolean =>
    url.protocol === 'https:' || played.get(url.origin)?.trustworthy === true;
  return {
    addressOf: (url) => played.get(url.origin)?.to ?? (isLoopback(url) ? loopback(url) : undefined),
    isSecure,
    isTrustworthy: (url) => isSecure(url) || isLoopback(url),
  };
}

function read(to: string | PlayedOrigin): PlayedOrigin {
  const played = typeof to === 'string' ? { to } : to;
  return { ...played, to: readOrigin(played.to) };
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin === text && /^https?:$/.test(url.protocol)) return text;
  throw new TypeError(`resolve takes origins, such as 'https://hi.events', not ${JSON.stringify(text)}`);
}

/** `localhost`, its subdomains and loopback addresses: Chromium itself looks these up nowhere. */
function isLoopback({ hostname }: URL): boolean {
  return /^(?:.*\.)?localhost$|^127(?:\.\d+){3}$|^\[::1\]$/.test(hostname);
}

function loopback({ protocol, hostname, port }: URL): string {
  const host = hostname.endsWith('localhost') ? '127.0.0.1' : hostname;
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
}

import type { Cookies } from './cookies.js';
import { navigationHeaders } from './headers.js';
import type { Destination, Hop } from './headers.js';
import type { Names } from './names.js';
import type { SentRequest } from './page.js';
import { readReferrerPolicy } from './referrer.js';
import type { ReferrerPolicy } from './referrer.js';
import { send } from './wire.js';
import type { WireReply } from './wire.js';

const MAX_REDIRECTS = 20;

/** What is asked for, by whom. */
export interface Navigation {
  readonly method: string;
  readonly url: URL;
  readonly body: string | null;
  readonly initiator: URL | null;
  readonly referrerPolicy: ReferrerPolicy;
  readonly destination: Destination;
  readonly byUser: boolean;
  /** Sent as well, or instead. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the page's `form-action` lets it go there, redirects included. */
  readonly mayGoTo: (url: URL) => boolean;
  /** Whether to stop before this redirect. */
  readonly stopBefore: (url: URL) => boolean;
  /** The URLs before this one, where it goes on with a redirect that was stopped at. */
  readonly before: readonly URL[];
}

/** How it ended. */
export interface Arrival {
  readonly requests: readonly SentRequest[];
  /** The last request, as a reload would repeat it. */
  readonly last: Navigation;
  readonly body: string;
  readonly failure: 'unreachable' | 'blocked' | 'too-many-redirects' | null;
  /** What would have come next, where it was told to stop. */
  readonly stopped: Navigation | null;
}

/** The parts of a browser that all its tabs share. */
export interface Engine {
  readonly names: Names;
  readonly cookies: Cookies;
  readonly userAgent: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly log: SentRequest[];
}

/** Asks, follows redirects, keeps cookies. */
export async function navigate(engine: Engine, first: Navigation): Promise<Arrival> {
  const requests: SentRequest[] = [];
  const ended = (last: Navigation, rest: Partial<Arrival>): Arrival => ({
    ...{ requests, last, body: '', failure: null, stopped: null },
    ...rest,
  });

  let asked = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (!asked.mayGoTo(asked.url)) return ended(asked, { failure: 'blocked' });
    const { sent, reply } = await ask(engine, asked);
    requests.push(sent);
    engine.log.push(sent);
    if (reply === undefined) return ended(asked, { failure: 'unreachable' });
    const next = redirected(asked, reply);
    if (next === undefined) return ended(asked, { body: reply.body });
    if (asked.stopBefore(next.url)) return ended(asked, { body: reply.body, stopped: next });
    asked = next;
  }
  return ended(asked, { failure: 'too-many-redirects' });
}

async function ask(
  engine: Engine,
  asked: Navigation,
): Promise<{ sent: SentRequest; reply: WireReply | undefined }> {
  const { method, url, body } = asked;
  const headers = await requestHeaders(engine, asked);
  const request = { method, url: url.href, headers, body };
  const address = engine.names.addressOf(url);
  // A server that is not there, or hangs up, is an empty page to a person.
  const asWire = { method, url, address: address ?? '', headers, body };
  const reply = address === undefined ? undefined : await send(asWire).catch(() => undefined);
  if (reply === undefined) {
    return { sent: { ...request, status: 0, replyHeaders: {}, cookiesSet: [] }, reply };
  }
  const cookiesSet = await engine.cookies.store(url, reply.setCookies, cookieContext(asked));
  const { status, headers: replyHeaders } = reply;
  return { sent: { ...request, status, replyHeaders, cookiesSet }, reply };
}

async function requestHeaders(engine: Engine, asked: Navigation): Promise<Record<string, string>> {
  const { method, url, body, before } = asked;
  const hop: Hop = {
    ...asked,
    method,
    urls: [...before, url],
    isTrustworthy: engine.names.isTrustworthy(url),
    hasBody: body !== null,
  };
  const cookie = await engine.cookies.header(url, cookieContext(asked));
  return {
    'user-agent': engine.userAgent,
    ...navigationHeaders(hop),
    // What a proxy in front of the app would add, where plain http plays https.
    ...(url.protocol === 'https:' ? { 'x-forwarded-proto': 'https' } : {}),
    ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...(cookie === undefined ? {} : { cookie }),
    ...engine.headers,
    ...asked.headers,
  };
}

function cookieContext(asked: Navigation): { initiator: URL | null; isTopLevel: boolean; method: string } {
  const { initiator, method, destination } = asked;
  return { initiator, method, isTopLevel: destination === 'document' };
}

/** The request that a redirect makes of this one (Fetch, "HTTP-redirect fetch"), or undefined. */
function redirected(asked: Navigation, { status, headers }: WireReply): Navigation | undefined {
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, asked.url.href)) return undefined;
  const becomesGet =
    (status === 303 && !/^(?:GET|HEAD)$/.test(asked.method)) || (status < 303 && asked.method === 'POST');
  return {
    ...asked,
    ...(becomesGet ? { method: 'GET', body: null } : {}),
    url: new URL(location, asked.url),
    referrerPolicy: readReferrerPolicy(headers['referrer-policy']) ?? asked.referrerPolicy,
    before: [...asked.before, asked.url],
  };
}

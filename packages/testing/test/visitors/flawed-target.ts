import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseReturnTo } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';

/** What the target app does wrong. Without any, it does everything right. */
export type Flaw =
  | 'HEAD runs the handler of GET, which consumes'
  | 'GET consumes'
  | 'prefetch is answered'
  | 'the flow is kept on the server, without a cookie'
  | 'Origin is not checked'
  | 'the form has no token of its own'
  | 'a token without a challenge is taken in a bound flow'
  | 'each redeem has a random redemption id'
  | 'a new flow replaces the one before'
  | 'iss is not checked'
  | 'state is not checked'
  | 'a refusal is an exception'
  | 'any return address is taken'
  | 'pages can be framed'
  | 'the session of before is signed in'
  | 'the referrer is sent'
  | 'replies are cached'
  | 'a sign-out is forgotten';

export const ORIGIN = 'https://hi.events';
export const LANDING = '/auth/cross-app';
const SOURCE = 'https://tuvens.com';
const targetApp = 'hi-events';

/** A target app on node:http alone, with these flaws. */
export async function startTarget(
  sessions: Pick<CrossAppSessions, 'redeem' | 'inspect'>,
  ...flaws: readonly Flaw[]
): Promise<{ address: string; close(): void }> {
  const target = new Target(sessions, new Set(flaws));
  const server = createServer((req, res) => {
    target.answer(req, res).catch((error: unknown) => {
      res.statusCode = (error as { status?: number }).status ?? 500;
      res.end('<p>Not signed in</p>');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
  readonly fields: URLSearchParams;
  /** The browser's secret, or the server's where there is no cookie. */
  readonly secret: string;
}

class Refused extends TypeError {
  readonly status = 400;
}

class Target {
  readonly #signedIn = new Map<string, string>();
  /** The session that each handoff ended in. */
  readonly #done = new Map<string, string>();
  readonly #sessions: Pick<CrossAppSessions, 'redeem' | 'inspect'>;
  readonly #flaws: ReadonlySet<Flaw>;

  constructor(sessions: Pick<CrossAppSessions, 'redeem' | 'inspect'>, flaws: ReadonlySet<Flaw>) {
    this.#sessions = sessions;
    this.#flaws = flaws;
  }

  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(req.url ?? '/', ORIGIN);
    res.setHeader('content-type', 'text/html; charset=utf-8');
    if (!this.#has('replies are cached')) res.setHeader('cache-control', 'no-store');
    if (!this.#has('the referrer is sent')) res.setHeader('referrer-policy', 'no-referrer');
    if (!this.#has('pages can be framed')) res.setHeader('content-security-policy', "frame-ancestors 'none'");
    const secret = this.#has('the flow is kept on the server, without a cookie')
      ? 'server'
      : (cookie(req, '__Host-flow') ?? '');
    const fields = new URLSearchParams(await text(req));
    const exchange = { req, res, query, fields, secret };
    const isHead = req.method === 'HEAD' && this.#has('HEAD runs the handler of GET, which consumes');
    if (isHead && pathname === LANDING) return this.#consume(exchange, query);
    switch (`${req.method ?? ''} ${pathname}`) {
      case `GET ${LANDING}/start`:
        this.#start(exchange);
        return;
      case `GET ${LANDING}`:
        return this.#land(exchange);
      case `POST ${LANDING}`:
        this.#receive(exchange);
        return;
      case `POST ${LANDING}/continue`:
        return this.#continue(exchange);
      case 'GET /me':
        res.end(this.#signedIn.get(this.#session(exchange)) ?? '');
        return;
      case 'GET /sign-out':
        this.#signedIn.delete(this.#session(exchange));
        setCookie(res, '__Host-sid', random());
        res.end('<p>Signed out</p>');
        return;
      case 'GET /':
        res.end('<p>Home</p>');
        return;
      default:
        res.writeHead(405).end();
    }
  }

  #start({ res, query, secret: before }: Exchange): void {
    const keeps = before !== '' && !this.#has('a new flow replaces the one before');
    const secret = keeps ? before : random();
    if (!keeps) setCookie(res, '__Host-flow', secret);
    const nonce = `${random()}.${Buffer.from(query.get('return_to') ?? '/').toString('base64url')}`;
    const challenge = createHash('sha256').update(this.#verifier(secret, nonce)).digest('base64url');
    const authorize = new URL(`${SOURCE}/api/cross-app/authorize`);
    authorize.search = new URLSearchParams({
      client_id: targetApp,
      redirect_uri: `${ORIGIN}${LANDING}`,
      state: `${nonce}.${hmac(secret, nonce)}`,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }).toString();
    res.writeHead(303, { location: authorize.href }).end();
  }

  async #land(exchange: Exchange): Promise<void> {
    const { req, res, query } = exchange;
    const isPrefetch = ['sec-purpose', 'purpose', 'x-moz'].some((name) =>
      String(req.headers[name] ?? '').startsWith('prefetch'),
    );
    if (isPrefetch && !this.#has('prefetch is answered')) {
      res.writeHead(503).end();
      return;
    }
    if (query.has('error')) {
      if (this.#has('a refusal is an exception')) throw new TypeError('no token');
      res.writeHead(400).end('<p>The other app said no.</p>');
      return;
    }
    if (query.has('state') || this.#has('state is not checked')) {
      if (query.has('iss')) return this.#landBound(exchange);
    }
    if (this.#has('GET consumes')) return this.#consume(exchange, query);
    return this.#ask(exchange);
  }

  async #landBound(exchange: Exchange): Promise<void> {
    const { query } = exchange;
    const secret = exchange.secret;
    const [nonce = '', path = '', seal] = (query.get('state') ?? '').split('.');
    const isOurs = secret !== '' && seal === hmac(secret, `${nonce}.${path}`);
    if (!isOurs && !this.#has('state is not checked')) throw new Refused('state');
    if (query.get('iss') !== SOURCE && !this.#has('iss is not checked')) throw new Refused('iss');
    const codeVerifier = this.#verifier(secret, `${nonce}.${path}`);
    const returnTo = Buffer.from(path, 'base64url').toString();
    await this.#signIn(exchange, { token: query.get('session_token') ?? '', returnTo, codeVerifier });
  }

  /** The page of a link, which asks. */
  async #ask({ res, query, secret: before }: Exchange): Promise<void> {
    const token = query.get('session_token') ?? '';
    // Its own browser is asked again, and may press again.
    const redemptionId = before === '' ? undefined : this.#redemptionId(before, token);
    const { user } = await this.#sessions.inspect(token, { targetApp, redemptionId });
    const secret = before === '' ? random() : before;
    if (before === '') setCookie(res, '__Host-flow', secret);
    const callback = query.get('callback_url') ?? '/';
    res.end(
      `<p>Continue as ${user.name}?</p>${continueForm({ token, callback, csrf: hmac(secret, token) })}`,
    );
  }

  /** Cross-site: no cookie came along. The browser is let post once more, from a page of ours. */
  #receive({ req, res, fields, secret: before }: Exchange): void {
    if (req.headers.origin !== SOURCE && !this.#has('Origin is not checked')) throw new Refused('origin');
    const token = fields.get('session_token') ?? '';
    const secret = before === '' ? random() : before;
    if (before === '') setCookie(res, '__Host-flow', secret);
    const form = continueForm({
      token,
      callback: fields.get('callback_url') ?? '/',
      csrf: hmac(secret, token),
    });
    res.end(`${form}<script>document.forms[0].submit()</script>`);
  }

  async #continue(exchange: Exchange): Promise<void> {
    const { req, fields, secret } = exchange;
    const token = fields.get('session_token') ?? '';
    const isOwn = req.headers.origin === ORIGIN || req.headers['sec-fetch-site'] === 'same-origin';
    if (!isOwn && !this.#has('the form has no token of its own')) throw new Refused('origin');
    const hasCsrf = secret !== '' && fields.get('csrf') === hmac(secret, token);
    if (!hasCsrf && !this.#has('the form has no token of its own')) throw new Refused('csrf');
    await this.#signIn(exchange, { token, returnTo: fields.get('callback_url') ?? '/' });
  }

  async #consume(exchange: Exchange, from: URLSearchParams): Promise<void> {
    const token = from.get('session_token') ?? '';
    await this.#signIn(exchange, { token, returnTo: from.get('callback_url') ?? '/' });
  }

  async #signIn(
    exchange: Exchange,
    { token, returnTo, codeVerifier }: { token: string; returnTo: string; codeVerifier?: string },
  ): Promise<void> {
    const { res, secret } = exchange;
    const redemptionId = this.#redemptionId(secret, token);
    const { user } = await this.#sessions
      .redeem(token, { targetApp, redemptionId, codeVerifier })
      .catch((error: unknown) => {
        if (!this.#has('a token without a challenge is taken in a bound flow')) throw error;
        return this.#sessions.redeem(token, { targetApp, redemptionId });
      });
    const isKept = this.#has('the session of before is signed in');
    const session = isKept ? this.#session(exchange) : hmac(secret, `session ${token}`);
    // Done once, and signed out since: this is somebody who goes back.
    const mark = hmac(secret, `done ${token}`);
    const before = this.#done.get(mark);
    const isOver = before !== undefined && !this.#signedIn.has(before);
    if (isOver && !this.#has('a sign-out is forgotten')) throw new Refused('done');
    this.#done.set(mark, session);
    if (!isKept) setCookie(res, '__Host-sid', session);
    this.#signedIn.set(session, user.id);
    const location = this.#has('any return address is taken') ? returnTo : parseReturnTo(returnTo, ORIGIN);
    res.writeHead(303, { location: location ?? `${ORIGIN}/` }).end();
  }

  /** The session of this browser, made if there is none, as express-session does with saveUninitialized. */
  #session({ req, res }: Exchange): string {
    const found = cookie(req, '__Host-sid');
    if (found !== undefined) return found;
    const made = random();
    setCookie(res, '__Host-sid', made);
    return made;
  }

  #verifier(secret: string, nonce: string): string {
    return hmac(secret, this.#has('state is not checked') ? 'every flow' : nonce);
  }

  #redemptionId(secret: string, token: string): string | undefined {
    const isRandom = secret === '' || this.#has('each redeem has a random redemption id');
    return isRandom ? undefined : uuid(hmac(secret, `redeem ${token}`));
  }

  #has(flaw: Flaw): boolean {
    return this.#flaws.has(flaw);
  }
}

const random = (): string => randomBytes(32).toString('base64url');

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

function uuid(seed: string): string {
  const hex = Buffer.from(seed, 'base64url').toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function continueForm({ token, callback, csrf }: { token: string; callback: string; csrf: string }): string {
  const fields = { session_token: token, callback_url: callback, csrf };
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
  );
  return `<form method="post" action="${ORIGIN}${LANDING}/continue">${inputs.join('')}<button>Go on</button></form>`;
}

function cookie(req: IncomingMessage, name: string): string | undefined {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(req.headers.cookie ?? '')?.[1];
}

function setCookie(res: ServerResponse, name: string, value: string): void {
  res.appendHeader('set-cookie', `${name}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/`);
}

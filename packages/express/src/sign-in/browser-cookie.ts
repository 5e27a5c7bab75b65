import type { ServerResponse } from 'node:http';
import { CrossAppError } from '@cross-app/protocol';
import { stringifySetCookie } from 'cookie';
import { readHeader } from '../request.js';
import type { CrossAppRequest } from '../request.js';
import { markOf } from './browser-secret.js';
import type { BrowserSecret } from './browser-secret.js';

const MAX_COMPLETED = 5;
const FORM = /^[A-Za-z0-9_-]{43}(?:\.[A-Za-z0-9_-]{11}){0,5}$/;

/**
 * The one cookie of `crossAppSignIn`, whatever the number of flows. `__Host-` (RFC 6265bis) keeps other hosts and
 * plain http from setting it. On http, which is loopback only, browsers refuse that prefix: there it has none.
 */
export class BrowserCookie {
  readonly #isSecure: boolean;
  readonly #name: string;
  readonly #spareName: string;

  constructor(isSecure: boolean) {
    this.#isSecure = isSecure;
    this.#name = isSecure ? '__Host-cross-app' : 'cross-app';
    this.#spareName = `${this.#name}-spare`;
  }

  /**
   * What the browser sent, or undefined.
   *
   * @throws CrossAppError `cookie_missing` for one that was sent twice: nobody can tell which is ours.
   */
  read(req: CrossAppRequest): BrowserSecret | undefined {
    return readCookie(req, this.#name) ?? readCookie(req, this.#spareName);
  }

  /** Keeps it for a day from now. */
  keep(res: ServerResponse, secret: BrowserSecret): void {
    this.#set(res, { name: this.#name, secret, maxAge: 86_400 });
  }

  /**
   * Keeps a secret for a browser whose cookie cannot be seen: `SameSite=Lax` is not sent with another site's form.
   * It counts only if there turns out to be no other.
   */
  keepSpare(res: ServerResponse, secret: BrowserSecret): void {
    this.#set(res, { name: this.#spareName, secret, maxAge: 600 });
  }

  #set(
    res: ServerResponse,
    { name, secret, maxAge }: { name: string; secret: BrowserSecret; maxAge: number },
  ): void {
    const value = [secret.value, ...secret.completed].join('.');
    const flags = { httpOnly: true, secure: this.#isSecure, sameSite: 'lax', path: '/' } as const;
    res.appendHeader('Set-Cookie', stringifySetCookie({ name, value, maxAge, ...flags }));
  }
}

/** The secret with one more completed handoff: the oldest one goes. */
export function withCompleted(secret: BrowserSecret, tokenHash: string): BrowserSecret {
  const mark = markOf(secret, tokenHash);
  const others = secret.completed.filter((each) => each !== mark);
  return { ...secret, completed: [...others, mark].slice(-MAX_COMPLETED) };
}

/** Whether this browser has completed that handoff. */
export function hasCompleted(secret: BrowserSecret, tokenHash: string): boolean {
  return secret.completed.includes(markOf(secret, tokenHash));
}

// By hand, for parsers keep one of two cookies with the same name in silence. Names are compared exactly, and a
// cookie without a name begins with `=`.
function readCookie(req: CrossAppRequest, name: string): BrowserSecret | undefined {
  const pairs = readHeader(req, 'cookie').flatMap((header) => header.split(';'));
  const [value, ...others] = pairs
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (others.length > 0) throw new CrossAppError('cookie_missing');
  if (value === undefined || !FORM.test(value)) return undefined;
  const [secret = '', ...completed] = value.split('.');
  return { value: secret, completed };
}

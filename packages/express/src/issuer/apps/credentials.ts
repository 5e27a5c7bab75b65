import { createHash, timingSafeEqual } from 'node:crypto';
import { CrossAppError, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import { noteTargetApp } from '../../call.js';
import { invalidArgument } from '../../invalid-argument.js';
import { readHeader } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';

/** One secret of one app. */
export interface AppCredential {
  readonly appId: string;
  /** As in {@link IssuerSecret}. */
  readonly id: string;
  readonly digest: Buffer;
  /** From when on it is refused, in milliseconds of the epoch by this process's clock. Default never. */
  readonly expiresAt?: number;
  /** Hears each time that it proved its app. Must not throw. */
  readonly onUse?: () => void;
}

/** What the caller sent. HTTP Basic names the app as well. */
interface SentCredential {
  readonly secret: string;
  readonly appId?: string;
}

// What a header can carry unchanged: parsers trim blanks at its ends, and clients encode other characters differently.
const SECRET = /^[!-~][ -~]{30,}[!-~]$/;
const BASIC = /^basic(?: +(.*))?$/i;
const UNREADABLE: SentCredential = { secret: '' };

/** Whether the text may be an app's secret: 32 or more printable ASCII characters, no blanks at the ends. */
export function isSecret(value: unknown): value is string {
  return typeof value === 'string' && SECRET.test(value);
}

/** The form in which secrets are compared: of one length whatever the secret's. */
export function digestSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whether the caller says that it is an app, rightly or not: it sent `x-shared-secret` or HTTP Basic. */
export function hasAppCredential(req: CrossAppRequest): boolean {
  return (
    readHeader(req, SHARED_SECRET_HEADER).length > 0 ||
    readHeader(req, 'authorization').some((value) => BASIC.test(value))
  );
}

/**
 * The app whose secret the caller sent, in `x-shared-secret` or as the password of HTTP Basic (RFC 7617) with
 * the app's id as the user. It is the audience of the call: which app's tokens may be redeemed follows from
 * the credential, never from the body. Basic cannot carry an id with a colon. Other schemes of
 * `Authorization` say nothing here.
 *
 * @throws CrossAppError `client_unauthenticated`, `invalid_argument` for a header that was sent twice and for
 *   two different credentials at once
 */
export function identifyApp(credentials: readonly AppCredential[], req: CrossAppRequest): string {
  const { secret, appId } = readCredential(req);
  // Every secret is compared, a missing one too, so that the time tells neither which matched nor how many there are.
  const digest = digestSecret(secret);
  const [match] = credentials.filter((credential) => timingSafeEqual(credential.digest, digest));
  // The length again, since of a secret that is known by its digest alone nobody could check it before.
  if (match === undefined || !isSecret(secret)) throw new CrossAppError('client_unauthenticated');
  const isExpired = match.expiresAt !== undefined && match.expiresAt <= Date.now();
  if (isExpired || (appId ?? match.appId) !== match.appId) throw new CrossAppError('client_unauthenticated');
  noteTargetApp(req, match.appId);
  match.onUse?.();
  return match.appId;
}

function readCredential(req: CrossAppRequest): SentCredential {
  const sharedSecret = readOnce(req, SHARED_SECRET_HEADER);
  const basic = readBasic(readOnce(req, 'authorization'));
  if (sharedSecret !== undefined && basic !== undefined && sharedSecret !== basic.secret) {
    throw invalidArgument('Different credentials were sent at once.');
  }
  return basic ?? { secret: sharedSecret ?? '' };
}

function readOnce(req: CrossAppRequest, name: string): string | undefined {
  const [value, ...others] = readHeader(req, name);
  if (others.length > 0) throw invalidArgument(`Send ${name} once.`);
  return value;
}

function readBasic(header: string | undefined): SentCredential | undefined {
  const basic = header === undefined ? null : BASIC.exec(header);
  if (basic === null) return undefined;
  const bytes = Buffer.from(basic[1] ?? '', 'base64');
  // Node decodes almost anything: only the one spelling that an encoder writes is taken.
  if (bytes.toString('base64') !== basic[1]) return UNREADABLE;
  // Bytes that are no UTF-8 become U+FFFD, which no secret and no id holds.
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  // A secret may hold colons, the user before the first one may not (RFC 7617, section 2).
  return colon < 0 ? UNREADABLE : { appId: text.slice(0, colon), secret: text.slice(colon + 1) };
}

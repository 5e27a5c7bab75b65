import { SocketAddress, isIP } from 'node:net';
import {
  CrossAppError,
  isAppId,
  isCodeChallenge,
  isCodeVerifier,
  isRedemptionId,
  MAX_TTL_SECONDS,
  redactTokens,
} from '@cross-app/protocol';
import type { IdInput, JsonValue } from '@cross-app/protocol';

// What verbs take from their callers, who may be handing on what came over the wire: types are not trusted.
const MAX_PAYLOAD_BYTES = 8192;
const MAX_PERMISSIONS = 100;
const MAX_NAME_LENGTH = 100;
const MAX_ID_LENGTH = 255;
const MAX_USER_AGENT_LENGTH = 512;
// PostgreSQL takes neither in text or jsonb: NUL is 22021, half a surrogate pair 22P02.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** An id as text: a string of 1 to 255 characters, a safe whole number above zero, or a bigint above zero. */
export function readId(name: string, value: IdInput): string {
  const isNumber = (typeof value === 'number' && Number.isSafeInteger(value)) || typeof value === 'bigint';
  if (isNumber && value > 0) return String(value);
  if (typeof value === 'string' && isStorable(value, MAX_ID_LENGTH)) return value;
  throw invalid(
    `${name} must be an id: a text of 1 to ${MAX_ID_LENGTH} characters or a whole number above zero.`,
  );
}

export function readAppId(name: string, value: string): string {
  if (!isAppId(value)) throw invalid(`${name} must be the id of an app: 1 to 50 characters without blanks.`);
  return value;
}

export function readCaller(value: 'browser' | 'server' = 'browser'): 'browser' | 'server' {
  if (!['browser', 'server'].includes(value)) throw invalid('caller must be browser or server.');
  return value;
}

export function readTtlSeconds(value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > MAX_TTL_SECONDS) {
    throw invalid(`ttlSeconds must be a whole number from 1 to ${MAX_TTL_SECONDS}.`);
  }
  return value;
}

export function readCodeChallenge(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (!isCodeChallenge(value))
    throw invalid('codeChallenge must be an S256 challenge: 43 characters of base64url.');
  return value;
}

export function readCodeVerifier(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (!isCodeVerifier(value)) throw invalid('codeVerifier must be 43 to 128 characters of [A-Za-z0-9-._~].');
  return value;
}

export function readRedemptionId(value: string): string {
  if (!isRedemptionId(value)) throw invalid('redemptionId must be a UUID other than the nil one.');
  return value.toLowerCase();
}

export function readInstant(name: string, value: Date): string {
  if (!(value instanceof Date) || Number.isNaN(value.getTime()))
    throw invalid(`${name} must be a valid Date.`);
  return value.toISOString();
}

/** The permissions as JSON text, or null for none. */
export function readPermissions(value: readonly string[] | undefined): string | null {
  if (value === undefined) return null;
  const isListOfNames =
    Array.isArray(value) &&
    value.length <= MAX_PERMISSIONS &&
    value.every((name) => isStorable(name, MAX_NAME_LENGTH));
  if (!isListOfNames) {
    throw invalid(
      `permissions must be up to ${MAX_PERMISSIONS} names of 1 to ${MAX_NAME_LENGTH} characters.`,
    );
  }
  return JSON.stringify(value);
}

/** The payload as JSON text, or null for none. */
export function readPayload(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  const json = toStorableJson(value);
  if (json === undefined || Buffer.byteLength(json) > MAX_PAYLOAD_BYTES) {
    throw invalid(
      `payload must be JSON of up to ${MAX_PAYLOAD_BYTES} bytes, without NUL or broken characters.`,
    );
  }
  return json;
}

/** A user agent fit to keep: one line of up to 512 characters, and no token even if somebody sends one as it. */
export function readUserAgent(value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value !== 'string') throw invalid('userAgent must be a text.');
  return toLine(value, MAX_USER_AGENT_LENGTH);
}

/** One line of up to that many characters, and no token even if there is one in the text. */
export function toLine(text: string, maxLength: number): string {
  // Before, for a text may be huge; and after, for what stands for a token may be longer than a beginning of one.
  return cut(redactTokens(cut(text, maxLength).replace(/\p{Cc}|\p{Surrogate}/gu, ' ')), maxLength);
}

/** Not through the middle of a character. */
function cut(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, '');
}

/** The address in its one spelling, or null for what PostgreSQL's inet would refuse or read as something else. */
export function readIpAddress(value: string | undefined): string | null {
  if (typeof value !== 'string' || value.includes('%')) return null;
  if (isIP(value) !== 6) return isIP(value) === 4 ? value : null;
  const { address } = new SocketAddress({ address: value, family: 'ipv6' });
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

export function invalid(message: string): CrossAppError {
  return new CrossAppError('invalid_argument', { message });
}

function isStorable(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value !== '' && value.length <= maxLength && !UNSTORABLE.test(value);
}

function toStorableJson(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value, (key, item: unknown) => {
      if (UNSTORABLE.test(key) || (typeof item === 'string' && UNSTORABLE.test(item)))
        throw new RangeError('unstorable');
      return item;
    });
  } catch {
    return undefined; // a cycle, a bigint, or nested deeper than the stack
  }
}

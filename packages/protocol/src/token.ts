import { decodeBase64url, encodeBase64url } from './base64url.js';
import { crc32 } from './crc32.js';

// handoff_ + base64url(version 1 · region 1 · random 32 · expiry 4 · CRC-32 4)
const PREFIX = 'handoff_';
const VERSION = 1;
const RANDOM_AT = 2;
const EXPIRY_AT = 34;
const CHECKSUM_AT = 38;
const BYTES = 42;
const SYNTAX = /^handoff_[A-Za-z0-9_-]{56}$/;

/** Every token is exactly this many characters long. */
export const TOKEN_LENGTH = 64;

/** A token holds exactly this many random bytes. */
export const TOKEN_RANDOM_BYTES = 32;

/**
 * Finds tokens in text: for secret scanners and log redactors, as
 * `new RegExp(TOKEN_PATTERN, 'g')`. It names the form only; {@link parseToken} also checks the checksum.
 */
export const TOKEN_PATTERN = 'handoff_[A-Za-z0-9_-]{56}';

/** What {@link makeToken} puts into a token. */
export interface TokenContent {
  /** 32 bytes from a cryptographically secure generator, used for this token only. */
  readonly randomBytes: Uint8Array;
  /** End of the token's life in whole seconds since 1970, up to 2^32 - 1. Equals `expires_at` of its row. */
  readonly expiresAtSeconds: number;
  /** 0 to 255. Default 0. */
  readonly region?: number;
}

/** What {@link parseToken} reads from a token. None of it is proof: only the row in the database is. */
export interface ParsedToken {
  readonly region: number;
  /** Whole seconds since 1970. */
  readonly expiresAtSeconds: number;
}

/**
 * Makes the 64-character token from given random bytes and expiry. It draws nothing itself, so that the
 * caller chooses the generator.
 *
 * @throws RangeError when the bytes are not 32, or a number does not fit its field.
 * @example
 * const token = makeToken({
 *   randomBytes: crypto.getRandomValues(new Uint8Array(32)),
 *   expiresAtSeconds: Math.ceil(Date.now() / 1000) + 60,
 * });
 */
export function makeToken({ randomBytes, expiresAtSeconds, region = 0 }: TokenContent): string {
  if (randomBytes.length !== TOKEN_RANDOM_BYTES) {
    throw new RangeError(`randomBytes must be ${TOKEN_RANDOM_BYTES} bytes, not ${randomBytes.length}`);
  }
  requireUnsigned('expiresAtSeconds', expiresAtSeconds, 0xffffffff);
  requireUnsigned('region', region, 255);

  const bytes = new Uint8Array(BYTES);
  const fields = new DataView(bytes.buffer);
  bytes.set([VERSION, region]);
  bytes.set(randomBytes, RANDOM_AT);
  fields.setUint32(EXPIRY_AT, expiresAtSeconds);
  fields.setUint32(CHECKSUM_AT, crc32(bytes.subarray(0, CHECKSUM_AT)));
  return PREFIX + encodeBase64url(bytes);
}

/**
 * Reads a token, or gives undefined for anything that is not exactly one: other type, length, alphabet,
 * version or checksum. A token has one spelling only, so two different strings never name the same one.
 */
export function parseToken(value: unknown): ParsedToken | undefined {
  if (typeof value !== 'string' || !SYNTAX.test(value)) return undefined;

  const bytes = decodeBase64url(value.slice(PREFIX.length));
  const fields = new DataView(bytes.buffer);
  if (fields.getUint8(0) !== VERSION) return undefined;
  if (fields.getUint32(CHECKSUM_AT) !== crc32(bytes.subarray(0, CHECKSUM_AT))) return undefined;
  return { region: fields.getUint8(1), expiresAtSeconds: fields.getUint32(EXPIRY_AT) };
}

/**
 * Replaces every token in the text, and every beginning of one that is long enough to help a guesser, by
 * `handoff_[redacted]`.
 *
 * @example
 * logger.info(redactTokens(`GET ${request.url}`));
 */
export function redactTokens(text: string): string {
  return text.replace(/handoff_[A-Za-z0-9_-]{8,}/g, `${PREFIX}[redacted]`);
}

function requireUnsigned(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} must be a whole number from 0 to ${max}, not ${value}`);
  }
}

import {
  CrossAppError,
  isAppId,
  isCodeChallenge,
  isCodeVerifier,
  isRedemptionId,
  MAX_TTL_SECONDS,
} from '@cross-app/protocol';
import type { IdInput, JsonValue } from '@cross-app/protocol';

// As strict as the database's, so that what passes here passes there.
const MAX_PAYLOAD_BYTES = 8192;
const MAX_PERMISSIONS = 100;

export function invalid(message: string): CrossAppError {
  return new CrossAppError('invalid_argument', { message });
}

export function readId(name: string, value: IdInput): string {
  const isNumber = (typeof value === 'number' && Number.isSafeInteger(value)) || typeof value === 'bigint';
  if (isNumber && value > 0) return String(value);
  if (isText(value, 255)) return value;
  throw invalid(`${name} must be an id: a text of 1 to 255 characters or a whole number above zero.`);
}

export function readAppId(name: string, value: string): string {
  if (isAppId(value)) return value;
  throw invalid(`${name} must be the id of an app: 1 to 50 characters without blanks.`);
}

export function readTtlSeconds(value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_TTL_SECONDS) return value;
  throw invalid(`ttlSeconds must be a whole number from 1 to ${MAX_TTL_SECONDS}.`);
}

export function readCodeChallenge(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (isCodeChallenge(value)) return value;
  throw invalid('codeChallenge must be an S256 challenge: 43 characters of base64url.');
}

export function readCodeVerifier(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (isCodeVerifier(value)) return value;
  throw invalid('codeVerifier must be 43 to 128 characters of [A-Za-z0-9-._~].');
}

export function readRedemptionId(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (isRedemptionId(value)) return value.toLowerCase();
  throw invalid('redemptionId must be a UUID other than the nil one.');
}

export function readPermissions(value: readonly string[] = []): readonly string[] {
  const isList =
    Array.isArray(value) && value.length <= MAX_PERMISSIONS && value.every((name) => isText(name, 100));
  if (isList) return [...value];
  throw invalid(`permissions must be up to ${MAX_PERMISSIONS} names of 1 to 100 characters.`);
}

/** A copy, as a reply over the wire would be one. */
export function readPayload(value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null) return null;
  const json = toJson(value);
  if (json !== undefined && Buffer.byteLength(json) <= MAX_PAYLOAD_BYTES) {
    return JSON.parse(json) as JsonValue;
  }
  throw invalid(`payload must be JSON of up to ${MAX_PAYLOAD_BYTES} bytes.`);
}

/** A misspelt condition must not become "no condition". */
export function refuseUnknown(verb: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw invalid(`${verb} takes an object.`);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`${verb} cannot go by ${unknown}; it takes ${known.join(', ')}.`);
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength && !value.includes('\0');
}

function toJson(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

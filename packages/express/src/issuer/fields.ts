import { CrossAppError, isCodeChallenge, isCodeVerifier, isRedemptionId } from '@cross-app/protocol';
import type { JsonValue } from '@cross-app/protocol';
import type { Issuer } from './options.js';
import type { JsonObject } from './read-json.js';

// One reader a field of the wire. Fields that nobody reads are ignored.
const MAX_EVENT_DATA_BYTES = 8192;
// A whole number above zero as PostgreSQL's bigint writes it, a UUID, or a text that no number can be.
// PostgreSQL 16 and later would take 0x10 and 1_000 as numbers, earlier ones +5 and blanks.
const ACCOUNT_ID = /^([1-9][0-9]{0,18}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z][!-~]{0,99})$/i;

/** The account's id as text, or null when none is named. */
export function readAccountId(body: JsonObject): string | null {
  const value = read(body, 'account_id') ?? null;
  if (value === null) return null;
  // JSON.parse has rounded a number beyond 2^53: it may be another account's id by now.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  if (typeof value === 'string' && ACCOUNT_ID.test(value)) return value;
  throw invalid(
    'account_id must be an id: a whole number above zero, a UUID, or text that starts with a letter.',
  );
}

/** The app that the token is for: one of the issuer's. */
export function readTargetApp(body: JsonObject, { targetApps, defaultTargetApp }: Issuer): string {
  const value = Object.hasOwn(body, 'target_app') ? body['target_app'] : defaultTargetApp;
  if (typeof value === 'string' && targetApps.has(value)) return value;
  throw invalid('target_app must be an app that is known here.');
}

/** What goes along to the target app. */
export function readEventData(body: JsonObject): JsonValue | undefined {
  const value = read(body, 'event_data');
  if (value !== undefined && !(jsonBytes(value) <= MAX_EVENT_DATA_BYTES)) {
    throw invalid(`event_data must be JSON of up to ${MAX_EVENT_DATA_BYTES} bytes.`);
  }
  return value;
}

/** The S256 challenge that binds the token to a browser. */
export function readCodeChallenge(body: JsonObject): string | undefined {
  const value = read(body, 'code_challenge');
  if (value === undefined || isCodeChallenge(value)) return value;
  throw invalid('code_challenge must be an S256 challenge: 43 characters of base64url.');
}

/** The token, which is required. Whether the text is one is for `redeem` to say. */
export function readSessionToken(body: JsonObject): string {
  const value = read(body, 'session_token');
  if (value === undefined) throw new CrossAppError('token_missing');
  if (typeof value !== 'string') throw new CrossAppError('token_malformed');
  return value;
}

/** The id under which a retry gets the same answer. */
export function readRedemptionId(body: JsonObject): string | undefined {
  const value = read(body, 'redemption_id');
  if (value === undefined || isRedemptionId(value)) return value;
  throw invalid('redemption_id must be a UUID other than the nil one.');
}

/** The proof that the browser is the one that asked for the token. */
export function readCodeVerifier(body: JsonObject): string | undefined {
  const value = read(body, 'code_verifier');
  if (value === undefined || isCodeVerifier(value)) return value;
  throw invalid('code_verifier must be 43 to 128 characters of [A-Za-z0-9-._~].');
}

function read(body: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

function jsonBytes(value: JsonValue): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Infinity; // nested so deep that JSON.stringify runs out of stack, which JSON.parse did not
  }
}

function invalid(message: string): CrossAppError {
  return new CrossAppError('invalid_argument', { message });
}

import { CrossAppError } from '@cross-app/protocol';
import type { JsonValue, RevokeFilter } from '@cross-app/protocol';
import type * as z from 'zod';
import { invalidArgument } from '../../invalid-argument.js';
import type { JsonObject } from '../calls/read-json.js';
import type { Issuer } from '../options.js';
import * as schemas from './schemas.js';

// One reader a field of the wire, by its schema. Fields that nobody reads are ignored.
const ID_RULE = 'must be an id: a whole number above zero, a UUID, or text that starts with a letter.';

/** The account's id as text, or null when none is named. */
export function readAccountId(body: JsonObject): string | null {
  return asText(readField(body, 'account_id', { schema: schemas.accountId, rule: ID_RULE }));
}

/** The app that the token is for: one of the issuer's. */
export function readTargetApp(body: JsonObject, { targetApps, defaultTargetApp }: Issuer): string {
  const rule = 'must be an app that is known here.';
  const named = Object.hasOwn(body, 'target_app') ? body : { target_app: defaultTargetApp };
  const value = readField(named, 'target_app', { schema: schemas.appId, rule });
  if (value === undefined || !targetApps.has(value)) throw invalidArgument(`target_app ${rule}`);
  return value;
}

/** Refuses a landing that is not one of these, character by character. None need be named. */
export function requireRedirectUri(body: JsonObject, registered: readonly string[]): void {
  const rule = 'must be one that is registered for the target app, character by character.';
  const value = readField(body, 'redirect_uri', { schema: schemas.redirectUri, rule });
  if (value !== undefined && !registered.includes(value)) throw invalidArgument(`redirect_uri ${rule}`);
}

/** What goes along to the target app. */
export function readEventData(body: JsonObject): JsonValue | undefined {
  const rule = `must be JSON of up to ${schemas.MAX_EVENT_DATA_BYTES} bytes.`;
  return readField(body, 'event_data', { schema: schemas.eventData, rule });
}

/** The S256 challenge that binds the token to a browser. */
export function readCodeChallenge(body: JsonObject): string | undefined {
  const rule = 'must be an S256 challenge: 43 characters of base64url.';
  return readField(body, 'code_challenge', { schema: schemas.codeChallenge, rule });
}

/** The token, which is required. Whether the text is one is for `redeem` to say. */
export function readSessionToken(body: JsonObject): string {
  const value = read(body, 'session_token');
  if (value === undefined) throw new CrossAppError('token_missing');
  const { success, data } = schemas.sessionToken.safeParse(value);
  if (!success) throw new CrossAppError('token_malformed');
  return data;
}

/** The id under which a retry gets the same answer. */
export function readRedemptionId(body: JsonObject): string | undefined {
  const rule = 'must be a UUID other than the nil one.';
  return readField(body, 'redemption_id', { schema: schemas.redemptionId, rule });
}

/** The proof that the browser is the one that asked for the token. */
export function readCodeVerifier(body: JsonObject): string | undefined {
  const rule = 'must be 43 to 128 characters of [A-Za-z0-9-._~].';
  return readField(body, 'code_verifier', { schema: schemas.codeVerifier, rule });
}

/** Whether the token is one that the app has redeemed. */
export function readRedeemed(body: JsonObject): boolean | undefined {
  return readField(body, 'redeemed', { schema: schemas.redeemed, rule: 'must be true or false.' });
}

/** What the person wants to do. Required. */
export function readPermission(body: JsonObject): string {
  const rule = 'must be 1 to 100 printable ASCII characters without blanks.';
  const value = readField(body, 'permission', { schema: schemas.permission, rule });
  if (value === undefined) throw invalidArgument(`permission ${rule}`);
  return value;
}

/** The thing to do it to as text, or null when none is named. */
export function readResourceId(body: JsonObject): string | null {
  const rule = 'must be a whole number, or 1 to 200 characters without control characters.';
  return asText(readField(body, 'resource_id', { schema: schemas.resourceId, rule }));
}

/** Which cross-app sessions of the calling app to revoke. A condition that is null is refused: none was meant. */
export function readRevokeFilter(body: JsonObject): Omit<RevokeFilter, 'targetApp'> {
  const filter = {
    userId: readId(body, 'user_id'),
    accountId: readId(body, 'account_id'),
    sourceApp: readSourceApp(body),
    issuedBefore: readIssuedBefore(body),
    all: readAll(body),
  };
  // `revokeAll` asks for this too, but to it `targetApp`, which every call has, is something to go by.
  if (Object.values(filter).every((value) => value === undefined)) {
    throw invalidArgument(
      'Give user_id, account_id, source_app or issued_before, or all: true for every session.',
    );
  }
  return filter;
}

function readId(body: JsonObject, name: string): string | undefined {
  const value = readField(body, name, { schema: schemas.id, rule: ID_RULE });
  return value === undefined ? undefined : String(value);
}

function readSourceApp(body: JsonObject): string | undefined {
  const rule = 'must be the id of an app: 1 to 50 printable ASCII characters without blanks.';
  return readField(body, 'source_app', { schema: schemas.appId, rule });
}

function readIssuedBefore(body: JsonObject): Date | undefined {
  const rule = 'must be an instant in ISO 8601 with a zone, of 1970 to 9999.';
  const value = readField(body, 'issued_before', { schema: schemas.issuedBefore, rule });
  return value === undefined ? undefined : new Date(value);
}

function readAll(body: JsonObject): true | undefined {
  const value = readField(body, 'all', { schema: schemas.all, rule: 'must be true or false.' });
  return value === true ? value : undefined;
}

/** What a field must be, for the machine and for the caller who got it wrong. */
interface Form<Value> {
  readonly schema: z.ZodType<Value>;
  readonly rule: string;
}

function readField<Value>(body: JsonObject, name: string, { schema, rule }: Form<Value>): Value | undefined {
  const value = read(body, name);
  if (value === undefined) return undefined;
  const { success, data } = schema.safeParse(value);
  if (!success) throw invalidArgument(`${name} ${rule}`);
  return data;
}

function read(body: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

function asText(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
